import { z } from "zod";
import { toolAcceptance, toolView } from "../shared/tool.ts";
import type { Client } from "./client.ts";
import type { GatewayApi } from "./gateway.ts";

/** What an administrator does about tools, at the profile's gateway. Throws the gateway's codes. */
export function gatewayTools(api: GatewayApi): Pick<Client, "tools" | "acceptTool"> {
  return {
    tools: async () => (await api.get("/v1/tools", z.object({ tools: z.array(toolView) }))).tools,
    acceptTool: async (tool) => void (await api.post("/v1/tools/accept", tool, toolAcceptance)),
  };
}
