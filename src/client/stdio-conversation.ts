import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import { modernHeaders } from "../shared/modern-headers.ts";
import { ParamHeaders } from "../shared/param-headers.ts";
import { SseParser } from "../shared/sse.ts";
import { isRepeatableMethod } from "./client-message.ts";
import type { Heard } from "./conversations.ts";
import { introductionOf } from "./introduction.ts";
import { isStream, listChanges } from "./listening.ts";
import type { Onward } from "./onward.ts";
import { repeated } from "./repeated.ts";
import type { Speaker } from "./speaker.ts";
import { LineAnswer, parsedEvents } from "./stdio-answer.ts";
import { brokenOff, wordsFor, type Unanswered } from "./unanswered.ts";
import type { Asked } from "./upstream/upstream.ts";

type Id = string | number;
/** Its signal is joined with those of single requests. */
type BridgedOnward = Onward & { readonly signal: AbortSignal };

/** One stdio client's conversation, spoken to the gateway as Streamable HTTP, in either era. */
export class StdioConversation {
  readonly #onward: BridgedOnward;
  readonly #speaker: Speaker;
  readonly #underWay = new Map<Id, AbortController>();
  readonly #params = new ParamHeaders();
  #opening: Promise<void> = Promise.resolve();
  #session: string | null = null;
  #version: string | null = null;
  #listens = false;

  constructor(onward: BridgedOnward, speaker: Speaker) {
    this.#onward = onward;
    this.#speaker = speaker;
  }

  /** A line of the client's. Never throws: a request that can't be passed on is answered. */
  async take(line: Buffer): Promise<void> {
    const message = parsed(line.toString("utf8"));
    const before = this.#opening;
    const done = before.then(() => this.#takeMessage(line, message));
    // What comes after these two belongs to the session that they open; over HTTP it could overtake them.
    const method = isJsonObject(message) ? message.method : null;
    if (method === "initialize" || method === "notifications/initialized") this.#opening = done;
    await done;
  }

  async #takeMessage(line: Buffer, message: Json): Promise<void> {
    if (!isJsonObject(message)) return await this.#error(null, notJson);
    const said = introductionOf(message);
    if (said !== null) this.#onward.introduce(said);
    const { method, params, id } = message;
    if (typeof method !== "string") return await this.#tell(line, this.#headers(null, {}));
    const given = isJsonObject(params) ? params : {};
    if (typeof id === "string" || typeof id === "number") return await this.#request(line, id, method, given);
    const cancelled = method === "notifications/cancelled" ? given.requestId : undefined;
    // Modern: over HTTP a request is cancelled by leaving it.
    if (this.#session === null && (typeof cancelled === "string" || typeof cancelled === "number"))
      return this.#underWay.get(cancelled)?.abort();
    await this.#tell(line, this.#headers(method, given));
    if (method === "notifications/initialized" && this.#session !== null && !this.#listens) void this.#listen();
  }

  /** The client has gone: its session ends at the gateway. */
  close(): void {
    if (this.#session === null) return;
    const signal = AbortSignal.timeout(goodbyeMs);
    const asked = { ...this.#asked("DELETE", null, this.#headers(null, {})), signal };
    this.#onward.conversations.ask(asked, this.#onward.client).then(
      (answer) => answer.drop(),
      () => undefined, // it ends by itself
    );
  }

  async #request(line: Buffer, id: Id, method: string, params: JsonObject): Promise<void> {
    const cancel = new AbortController();
    this.#underWay.set(id, cancel);
    const signal = AbortSignal.any([cancel.signal, this.#onward.signal]);
    const asked = { ...this.#asked("POST", line, this.#headers(method, params), method), signal };
    try {
      const answer = await this.#onward.conversations.ask(asked, this.#onward.client);
      if (method === "initialize") await this.#begun(answer, id);
      else if (method === "tools/list") await this.#listed(answer, id);
      else await this.#pass(answer, id);
    } catch (error) {
      if (!signal.aborted) await this.#error(id, wordsFor(error));
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #tell(line: Buffer, headers: readonly string[]): Promise<void> {
    const asked = this.#asked("POST", line, headers);
    await this.#onward.conversations.ask(asked, this.#onward.client).then(
      (answer) => answer.drop(),
      () => undefined, // nobody waits for it
    );
  }

  /** A short answer that says more than is passed on. */
  async #begun(answer: Heard, id: Id): Promise<void> {
    const session = answer.headers["mcp-session-id"];
    const message = await this.#read(answer, id);
    const result = message?.result;
    if (!isJsonObject(result) || typeof result.protocolVersion !== "string" || typeof session !== "string") return;
    this.#session = session;
    this.#version = result.protocolVersion;
  }

  async #listed(answer: Heard, id: Id): Promise<void> {
    const message = await this.#read(answer, id);
    this.#params.note(message?.result);
  }

  async #read(answer: Heard, id: Id): Promise<JsonObject | null> {
    if (answer.status >= 400) {
      await this.#pass(answer, id);
      return null;
    }
    const text = await answer.text(mostListBytes);
    if (text === null) {
      await this.#error(id, { ...brokenOff, message: "Countersign: this list is longer than the bridge takes." });
      return null;
    }
    const messages = isStream(answer) ? parsedEvents(new SseParser(), Buffer.from(text)) : [parsed(text)];
    for (const each of messages) await this.#speaker.say(idOf(each), JSON.stringify(each));
    const last = messages.at(-1);
    return isJsonObject(last) ? last : null;
  }

  async #pass(answer: Heard, id: Id): Promise<void> {
    if (answer.status >= 400) return await this.#refused(answer, id);
    const lines = new LineAnswer(this.#speaker, isStream(answer) ? null : id);
    try {
      await answer.pass(lines);
    } catch (error) {
      lines.destroy();
      if (this.#onward.signal.aborted) throw error;
      if (!lines.has(id)) await this.#error(id, brokenOff);
      return;
    }
    await lines.finished();
  }

  async #refused(answer: Heard, id: Id): Promise<void> {
    const message = parsed((await answer.text(mostRefusal)) ?? "");
    const error = isJsonObject(message) ? message.error : undefined;
    if (isJsonObject(error) && typeof error.code === "number") return await this.#error(id, error);
    const said = isJsonObject(error) && typeof error.message === "string" ? error.message : `HTTP ${answer.status}`;
    const code = isJsonObject(error) && typeof error.code === "string" ? error.code : "transient";
    await this.#error(id, { ...brokenOff, message: `Countersign: ${said}`, data: { code, outcome: "not_run" } });
  }

  /** The stream on which a legacy server says what nobody asked for. */
  async #listen(): Promise<void> {
    this.#listens = true;
    let last = "";
    let began = false;
    await repeated(this.#onward.signal, async () => {
      try {
        const since = last === "" ? [] : ["last-event-id", last];
        const asked = this.#asked("GET", null, [...this.#headers(null, {}), ...since]);
        const answer = await this.#onward.conversations.ask(asked, this.#onward.client);
        if (!isStream(answer)) {
          answer.drop();
          return "over";
        }
        if (answer.isAnew && began) for (const change of listChanges) await this.#speaker.say(null, change);
        began = true;
        const lines = new LineAnswer(this.#speaker, null);
        await answer.pass(lines).finally(() => (last = lines.lastEventId === "" ? last : lines.lastEventId));
        return "again";
      } catch {
        return this.#onward.signal.aborted ? "over" : "again";
      }
    });
    this.#listens = false;
  }

  #asked(method: Asked["method"], body: Buffer | null, headers: readonly string[], named: string | null = null): Asked {
    const { connection, claims, signal } = this.#onward;
    const isRepeatable = () => body === null || isRepeatableMethod(named);
    return { method, connection, headers, body, isRepeatable, claims, signal };
  }

  #headers(method: string | null, params: JsonObject): readonly string[] {
    const plain = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
    const meta = isJsonObject(params._meta) ? params._meta : {};
    const version = meta[versionKey];
    if (method !== null && typeof version === "string" && version >= firstModern) {
      const called = method === "tools/call" && typeof params.name === "string" ? params.name : null;
      const repeated = called === null ? {} : this.#params.of(called, params.arguments);
      return [...plain, ...Object.entries({ ...modernHeaders(version, method, params), ...repeated }).flat()];
    }
    const session = this.#session === null ? [] : ["mcp-session-id", this.#session];
    return [...plain, ...session, ...(this.#version === null ? [] : ["mcp-protocol-version", this.#version])];
  }

  async #error(id: Id | null, error: Unanswered | JsonObject): Promise<void> {
    await this.#speaker.say(id, JSON.stringify({ jsonrpc: "2.0", id, error }));
  }
}

const versionKey = "io.modelcontextprotocol/protocolVersion";
const firstModern = "2026-07-28";
const mostListBytes = 16 * 1024 * 1024;
const mostRefusal = 64 * 1024;
const goodbyeMs = 2_000;
const notJson: JsonObject = { code: -32_700, message: "Countersign: this line is no JSON-RPC message." };

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function idOf(message: Json): Id | null {
  if (!isJsonObject(message) || "method" in message) return null;
  return typeof message.id === "string" || typeof message.id === "number" ? message.id : null;
}
