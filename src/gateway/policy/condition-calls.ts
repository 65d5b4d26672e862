import type { ASTNode } from "@marcbachmann/cel-js";
import { compiled, knownCalls, linearMatches, walkingCalls } from "./condition-terms.ts";

/** What a condition reads and how much it can cost. */
export interface Reading {
  readonly variables: ReadonlySet<string>;
  /** How deep walks over lists stand inside each other. */
  readonly depth: number;
  readonly nodes: number;
}

export type ReadingResult =
  | { readonly ok: true; readonly value: Reading }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** A node of the syntax tree as far as it is walked here: an operator, and operands that may be nodes. */
interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
}

const deepestWalk = 2;

/** Refuses calls whose cost isn't bounded by what they are given, and sends `matches` to the linear engine. */
export function checkCalls(ast: ASTNode): ReadingResult {
  const found = { variables: new Set<string>(), depth: 0, nodes: 0 };
  const refused = walk(ast, 0, found);
  return refused ?? { ok: true, value: found };
}

type Refused = Extract<ReadingResult, { ok: false }>;
interface Found {
  readonly variables: Set<string>;
  depth: number;
  nodes: number;
}

function walk(value: unknown, depth: number, found: Found): Refused | null {
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) {
      const refused = walk(each, depth, found);
      if (refused !== null) return refused;
    }
    return null;
  }
  if (!isNode(value)) return null;
  found.nodes += 1;
  found.depth = Math.max(found.depth, depth);
  if (value.op === "id" && typeof value.args === "string") found.variables.add(value.args);
  const call = callOf(value);
  if (call === null) return walk(value.args, depth, found);
  const refused = refusedCall(value, call, depth);
  if (refused !== null) return refused;
  if (!walkingCalls.has(call)) return walk(value.args, depth, found);
  const [, receiver, operands] = value.args as readonly unknown[];
  return walk(receiver, depth, found) ?? walk(operands, depth + 1, found);
}

function refusedCall(node: Node, call: string, depth: number): Refused | null {
  const offset = node.start;
  if (call === "matches") return refusedPattern(node);
  if (knownCalls.has(call)) return null;
  if (!walkingCalls.has(call)) return { ok: false, message: `There is no function ${call} in conditions`, offset };
  if (depth < deepestWalk) return null;
  return { ok: false, message: `Walks over lists stand inside each other more than ${deepestWalk} deep`, offset };
}

/** The pattern must be written out, so that it is known to be good before any call is judged by it. */
function refusedPattern(node: Node): Refused | null {
  const offset = node.start;
  const args = node.args as unknown[];
  const [pattern, more] = Array.isArray(args[2]) ? (args[2] as readonly unknown[]) : [];
  if (node.op !== "rcall" || more !== undefined || !isNode(pattern) || typeof pattern.args !== "string") {
    return { ok: false, message: "matches takes one pattern, written as a string", offset };
  }
  if (pattern.op !== "value") return { ok: false, message: "matches takes one pattern, written as a string", offset };
  try {
    compiled(pattern.args);
  } catch {
    return { ok: false, message: "The pattern is not one of RE2's syntax", offset: pattern.start };
  }
  args[0] = linearMatches;
  return null;
}

function callOf(node: Node): string | null {
  if (node.op !== "call" && node.op !== "rcall") return null;
  const [name] = node.args as readonly unknown[];
  return typeof name === "string" ? name : "";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "op" in value && "args" in value && "start" in value;
}
