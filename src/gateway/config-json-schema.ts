import { z } from "zod";
import { settings } from "./config-descriptions.ts";
import { configSchema } from "./config-schema.ts";

/** JSON Schema (2020-12) of gateway.yaml as it is written, for editors. It shows the shape; what `policy check` finds beyond it, it can't. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  const described = describe(schema, "");
  return { ...described, title: "gateway.yaml" };
}

type Schema = z.core.JSONSchema.BaseSchema;

/** The same schema with what each setting is for; `path` is empty, or that of the setting whose value it describes. */
function describe(schema: Schema, path: string): Schema {
  const { properties, items, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, value]) => member(value, path === "" ? name : `${path}.${name}`, name)),
      ),
    }),
    ...(isSchema(items) && { items: describe(items, `${path}[]`) }),
    ...(anyOf && { anyOf: anyOf.map((each) => describe(each, path)) }),
    ...(oneOf && { oneOf: oneOf.map((each) => describe(each, path)) }),
  };
}

function member(value: Schema | boolean, path: string, name: string): [string, Schema | boolean] {
  const description = settings[path];
  if (typeof value === "boolean") return [name, value];
  return [name, { ...(description !== undefined && { description }), ...describe(value, path) }];
}

function isSchema(items: Schema["items"]): items is Schema {
  return typeof items === "object" && !Array.isArray(items);
}
