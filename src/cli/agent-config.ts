import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { agentConfig, type AgentConfig } from "../agent/config-schema.ts";
import { locate } from "../gateway/config-places.ts";
import { CountersignError } from "../shared/errors.ts";
import { withPaths } from "../shared/target-config.ts";

/**
 * Reads and checks an agent.yaml whole; its paths, those of `file:` secrets included, become absolute. Throws CountersignError
 * `configuration`, its message one line a problem, `FILE:LINE:COLUMN WHERE: WHAT`.
 */
export async function loadAgentConfig(path: string): Promise<AgentConfig> {
  const file = resolve(path);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CountersignError("configuration", `${path}:1:1 The file can't be read.`, { cause });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new CountersignError("configuration", `${path}:${line}:${col} Not valid YAML: ${broken.message}.`);
  }
  const parsed = agentConfig.safeParse(valueOf(document));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const steps = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
      const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
      const where = unknown === undefined ? { path: steps } : { path: [...steps, unknown], key: true };
      const { line, column, at } = locate(document, lines, { ...where, message: "" }, text);
      return `${path}:${line}:${column} ${at === "" ? "" : `${at}: `}${issue.message}.`;
    });
    throw new CountersignError("configuration", problems.join("\n"));
  }
  const absolute = (relative: string): string => resolve(dirname(file), relative);
  const { key, ca, connections, ...rest } = parsed.data;
  return {
    ...rest,
    key: absolute(key.slice("file:".length)),
    ...(ca !== undefined && { ca: absolute(ca) }),
    connections: connections.map((connection) => withPaths(connection, absolute)),
  };
}

function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new CountersignError("configuration", "Its aliases can't be resolved: write the values out.", { cause });
  }
}
