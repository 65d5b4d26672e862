import { readFileSync } from "node:fs";
import type { RpcMessage, TargetMessage } from "../../src/shared/target.ts";

/** All messages of an answer, the response last. */
export async function collect(answer: AsyncIterable<TargetMessage> | readonly TargetMessage[]): Promise<RpcMessage[]> {
  const messages: RpcMessage[] = [];
  for await (const { message } of answer) messages.push(message);
  return messages;
}

/** The response of an answer, typed by the test that knows it. */
export async function resultOf<T>(answer: AsyncIterable<TargetMessage>): Promise<T> {
  const response = (await collect(answer)).at(-1);
  return response?.result as T;
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

export function rpc(id: string | number, method: string, params: object = {}): RpcMessage {
  return JSON.parse(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
}

export function notification(method: string, params: object = {}): RpcMessage {
  return JSON.parse(JSON.stringify({ jsonrpc: "2.0", method, params }));
}

/** Whether a process runs; one that is dead and waits to be reaped doesn't. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
