import type { CallToolResult } from "@modelcontextprotocol/client";
import { jsonLines } from "../shared/json-text.ts";

/** A tool's result as lines: its text as it is, anything else as JSON. */
export function resultLines(result: CallToolResult): readonly string[] {
  const lines = result.content.flatMap((block) => (block.type === "text" ? block.text.split("\n") : jsonLines(block)));
  if (lines.length > 0 || result.structuredContent === undefined) return lines;
  return jsonLines(result.structuredContent);
}

/** The one line that says why a tool's own error result failed. */
export function resultFailure(result: CallToolResult): string {
  const [first] = resultLines(result);
  return first === undefined ? "The tool failed without saying why." : `The tool failed: ${first}`;
}
