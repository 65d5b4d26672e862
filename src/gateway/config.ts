import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { CountersignError } from "../shared/errors.ts";
import { secretsIn, withPaths } from "../shared/target-config.ts";
import { crossCheck } from "./config-checks.ts";
import { locate, type Finding, type Place, type Problem } from "./config-places.ts";
import { configSchema, type Config } from "./config-schema.ts";
import { sinkSecrets, sinkWithPaths } from "./config-sinks.ts";
import { resolveSecret } from "./secrets.ts";

/** A gateway.yaml that has passed every check. Its paths, those of `file:` secrets included, are absolute. */
export interface LoadedConfig {
  /** The file, absolute. */
  readonly path: string;
  readonly config: Config;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  /** Where something stands in the file. */
  readonly placeOf: (finding: Pick<Finding, "path">) => Place;
}

export type ConfigResult =
  | { readonly ok: true; readonly value: LoadedConfig }
  | { readonly ok: false; readonly path: string; readonly problems: readonly Problem[] };

/** Reads and checks a gateway.yaml whole. Throws CountersignError `configuration`, its message one line a problem. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const result = await readConfig(path);
  if (result.ok) return result.value;
  throw new CountersignError("configuration", formatConfigErrors(result.path, result.problems));
}

/** Reads and checks a gateway.yaml whole: the configuration, or all that is wrong with it. */
export async function readConfig(path: string): Promise<ConfigResult> {
  const file = resolve(path);
  const refused = (problems: readonly Problem[]): ConfigResult => ({ ok: false, path, problems });
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) {
    return refused([{ line: 1, column: 1, at: "", message: unreadable(bytes) }]);
  }
  const text = bytes.toString("utf8");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  // After the first slip of syntax the parser reads everything askew: the rest would be noise.
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) {
    return refused([{ ...placeIn(lines, broken.pos[0]), at: "", message: yamlMessage(broken.message) }]);
  }
  if (document.contents === null) {
    return refused([
      { line: 1, column: 1, at: "", message: "The file is empty: begin with `version: 1` (README, gateway.yaml)." },
    ]);
  }
  const parsed = parse(document);
  if (!parsed.success) return refused(parsed.findings.map((finding) => locate(document, lines, finding, text)));
  const config = withAbsolutePaths(parsed.config, dirname(file));
  const findings = await crossCheck(config);
  if (findings.length > 0) return refused(findings.map((finding) => locate(document, lines, finding, text)));
  return {
    ok: true,
    value: {
      path: file,
      config,
      sha256: hash("sha256", bytes),
      placeOf: ({ path }) => locate(document, lines, { path, message: "" }, text),
    },
  };
}

/** One line a problem, `FILE:LINE:COLUMN WHERE: WHAT`. */
export function formatConfigErrors(path: string, problems: readonly Problem[]): string {
  return problems
    .map(({ line, column, at, message }) => `${path}:${line}:${column} ${at === "" ? "" : `${at}: `}${message}`)
    .join("\n");
}

/** Makes sure that every secret of the configuration can be had now. Throws CountersignError `configuration` with the place of each that can't. */
export async function checkSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const problems = await missingSecrets(loaded, env);
  if (problems.length > 0) throw new CountersignError("configuration", formatConfigErrors(loaded.path, problems));
}

/** The place of each secret that can't be had now, and why. */
export async function missingSecrets(
  loaded: LoadedConfig,
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const finding of secretsOf(loaded.config)) {
    try {
      await resolveSecret(finding.message, env);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      problems.push({ ...loaded.placeOf(finding), message: error.message });
    }
  }
  return problems;
}

/** The place of each secret, its name as the message. */
function secretsOf(config: Config): Finding[] {
  const metrics = config.metrics === undefined ? [] : [{ path: ["metrics", "token"], message: config.metrics.token }];
  const ofIssuers = config.issuers.flatMap(({ graph }, index) =>
    graph === undefined ? [] : [{ path: ["issuers", index, "graph", "clientSecret"], message: graph.clientSecret }],
  );
  const ofConnections = config.connections.flatMap((connection, index) =>
    secretsIn(connection).map(({ path, secret }) => ({ path: ["connections", index, ...path], message: secret })),
  );
  return [...metrics, ...ofIssuers, ...ofConnections, ...sinkSecrets(config.sinks)];
}

type Parsed =
  | { readonly success: true; readonly config: Config }
  | { readonly success: false; readonly findings: readonly Finding[] };

function parse(document: Document.Parsed): Parsed {
  let raw: unknown;
  try {
    raw = document.toJS();
  } catch {
    // An alias without its anchor, or more of them than a configuration can need.
    return {
      success: false,
      findings: [{ path: [], message: "Its aliases can't be resolved: write the values out." }],
    };
  }
  const result = configSchema.safeParse(raw);
  if (result.success) return { success: true, config: result.data };
  return { success: false, findings: result.error.issues.flatMap((issue) => findingsOf(issue, raw)) };
}

function findingsOf(issue: z.core.$ZodIssue, raw: unknown): Finding[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") {
    const message = "There is no such setting here: remove it, or correct its spelling.";
    return issue.keys.map((key) => ({ path: [...path, key], message, key: true }));
  }
  if (issue.code === "invalid_type" && valueAt(raw, path) === undefined) {
    return [{ path, message: `This setting is missing: add it (${issue.expected}).` }];
  }
  return [{ path, message: `${issue.message}.`.replace(/\.\.$/, ".") }];
}

function valueAt(raw: unknown, path: readonly (string | number)[]): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const absolute = (path: string): string => resolve(folder, path);
  const secret = (value: string): string => (value.startsWith("file:") ? `file:${absolute(value.slice(5))}` : value);
  const { tls } = config.listen;
  return {
    ...config,
    data: absolute(config.data),
    keys: absolute(config.keys),
    listen: { ...config.listen, ...(tls && { tls: { cert: absolute(tls.cert), key: absolute(tls.key) } }) },
    ...(config.metrics && { metrics: { token: secret(config.metrics.token) } }),
    issuers: config.issuers.map((issuer) => ({
      ...issuer,
      ...(issuer.ca && { ca: absolute(issuer.ca) }),
      ...(issuer.graph && { graph: { ...issuer.graph, clientSecret: secret(issuer.graph.clientSecret) } }),
    })),
    connections: config.connections.map((connection) => withPaths(connection, absolute)),
    sinks: config.sinks.map((each) => sinkWithPaths(each, absolute)),
    witnesses: config.witnesses.map((each) => ({ ...each, ...(each.ca && { ca: absolute(each.ca) }) })),
  };
}

/** Why a file can't be had, and what to do. */
function unreadable({ code = "unknown" }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "There is no such file: correct the path.";
  if (code === "EISDIR") return "This is a folder: name the file in it.";
  return `The file can't be read (${code}).`;
}

function placeIn(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function yamlMessage(message: string): string {
  return message === "Map keys must be unique"
    ? "This setting stands here twice: keep one."
    : `Not valid YAML: ${message}.`;
}
