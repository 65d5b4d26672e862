import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";

/** The most tools of one connection that are remembered; what was seen longest ago goes first. */
const most = 2000;

/** The output schemas of a connection's tools, as its `tools/list` answers declared them. A client that checks answers has seen the same list. */
export class OutputSchemas {
  readonly #byTool = new Map<string, JsonObject>();

  /** Remembers what a `tools/list` result declares. */
  note(result: Json | undefined): void {
    const tools = isJsonObject(result) && Array.isArray(result.tools) ? (result.tools as readonly Json[]) : [];
    for (const tool of tools) {
      if (!isJsonObject(tool) || typeof tool.name !== "string") continue;
      this.#byTool.delete(tool.name);
      if (isJsonObject(tool.outputSchema)) this.#byTool.set(tool.name, tool.outputSchema);
      const [oldest] = this.#byTool.keys();
      if (this.#byTool.size > most && oldest !== undefined) this.#byTool.delete(oldest);
    }
  }

  /** A tool's output schema, where one was declared. */
  of(tool: Json | undefined): JsonObject | undefined {
    return typeof tool === "string" ? this.#byTool.get(tool) : undefined;
  }
}
