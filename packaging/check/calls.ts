import type { IpcMainInvokeEvent } from "electron";
import { z } from "zod";
import { agreedCalls, importBuilt } from "./built.ts";
import type { Answer, RecordedElectron } from "./recorded-electron.ts";

/** Inputs that no call takes. */
const strangers: readonly unknown[] = [undefined, null, 0, "text", [], { stranger: true }, [{}]];

/** Calls of the built main of `root` that are answered without their schema, without looking at who asks, or beside the agreed list. */
export async function callFindings(root: string, electron: RecordedElectron): Promise<readonly string[]> {
  const ipc = await importBuilt(root, "main/ipc.js");
  const agreed = await agreedCalls(root);
  // As the settings do before the calls are answered: the library then listens for renderers.
  (await import("electron-store")).default.initRenderer();
  ipc.answerCalls({
    window: { owns: () => true },
    client: { call: async () => ({ ok: true, value: null as never }) },
    browser: { clicked: () => undefined },
    desktop: {
      answers: Object.fromEntries(agreed.map((call) => [call, () => null])) as never,
    },
    whole: () => ({ kind: "whole", revision: 0, state: null as never }),
  });
  const unasked = Object.keys(ipc).filter((name) => name !== "answerCalls");
  const unknown = [...electron.handlers.keys()].filter((channel) => !agreed.includes(channel));
  const unanswered = agreed.filter((call) => !electron.handlers.has(call));
  const findings = [
    ...unasked.map((name) => `main/ipc.js: exports ${name}, whose channels this check does not see`),
    ...unknown.map((channel) => `main/ipc.js: answers ${channel}, which has no schema in shared`),
    ...unanswered.map((call) => `main/ipc.js: does not answer ${call}`),
    ...electron.listening().map((channel) => `main: listens on ${channel} without a schema`),
  ];
  for (const [call, answer] of electron.handlers) findings.push(...(await quietly(() => answerFindings(call, answer))));
  return findings;
}

async function answerFindings(call: string, answer: Answer): Promise<readonly string[]> {
  const shapes = await Promise.all(strangers.map((input) => refusal(answer, from("app://countersign"), input)));
  const askers = await Promise.all(
    [from(null), from("https://example.com")].map((event) => refusal(answer, event, {})),
  );
  return [
    ...(shapes.every((code) => code === "bad_request") ? [] : [`main/ipc.js: ${call} is answered without its schema`]),
    ...(askers.every((code) => code === "not_allowed") ? [] : [`main/ipc.js: ${call} is answered whoever asks`]),
  ];
}

/** A call's event from a frame of this origin, or from one that has gone. */
function from(origin: string | null): IpcMainInvokeEvent {
  const frame = origin === null ? null : { origin, parent: null, detached: false };
  return { senderFrame: frame, sender: {} } as unknown as IpcMainInvokeEvent;
}

const refused = z.object({ ok: z.literal(false), error: z.object({ code: z.string() }) });

/** The code with which a call was refused, null where it was not. */
async function refusal(answer: Answer, event: IpcMainInvokeEvent, input: unknown): Promise<string | null> {
  try {
    const parsed = refused.safeParse(await answer(event, input));
    return parsed.success ? parsed.data.error.code : null;
  } catch {
    return null;
  }
}

/** Main says on standard error whom it refuses; here that is the wanted outcome, and no news. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = () => true;
  try {
    return await work();
  } finally {
    process.stderr.write = write;
  }
}
