import { z } from "zod";
import { configSchema } from "./config-schema.ts";

/** JSON Schema (2020-12) of gateway.yaml as it is written, for editors. It shows the shape; what `policy check` finds beyond it, it can't. */
export function configJsonSchema(): object {
  return { ...z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }), title: "gateway.yaml" };
}
