import { readFile } from "node:fs/promises";
import { CountersignError } from "../shared/errors.ts";

/** Whether a value names a secret: `env:NAME` or `file:PATH`. */
export function isSecretName(value: string): boolean {
  return /^(env|file):/.test(value);
}

/**
 * The secret behind `env:NAME` or `file:PATH` (loadConfig has made the path absolute), a file's last line break left out. Throws
 * CountersignError `configuration`; its message names where the secret was looked for, never what was found.
 */
export async function resolveSecret(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const [, source, rest] = /^(env|file):(.+)$/s.exec(name) ?? [];
  if (source === undefined || rest === undefined) refuse("A secret is named env:NAME or file:PATH.");
  const value = source === "env" ? fromEnvironment(rest, env) : await fromFile(rest);
  if (value === "") refuse(`The secret ${name} is empty: put its value there.`);
  if (value.includes("\0")) refuse(`The secret ${name} holds a NUL character: store it as plain text.`);
  return value;
}

function fromEnvironment(variable: string, env: NodeJS.ProcessEnv): string {
  if (!/^[A-Za-z_]\w*$/.test(variable))
    refuse("env: is followed by the name of an environment variable: letters, digits and _.");
  const value = env[variable];
  if (value === undefined) refuse(`The environment variable ${variable} is not set: set it where the gateway starts.`);
  return value;
}

async function fromFile(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    const message = `The file ${path} can't be read: create it, readable for the gateway's user.`;
    throw new CountersignError("configuration", message, { cause });
  }
}

function refuse(message: string): never {
  throw new CountersignError("configuration", message);
}
