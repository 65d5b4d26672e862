import type { IpcMainInvokeEvent } from "electron";
import { importBuilt } from "./built.ts";
import type { RecordedElectron } from "./recorded-electron.ts";

/** Inputs that no call takes. */
const strangers: readonly unknown[] = [undefined, null, 0, "text", [], { stranger: true }, [{}]];

/** Calls of the built main of `root` that are answered without their schema, without looking at who asks, or beside the agreed list. */
export async function callFindings(root: string, electron: RecordedElectron): Promise<readonly string[]> {
  const { answerCalls } = await importBuilt(root, "main/ipc.js");
  const { consoleCalls } = await importBuilt(root, "shared/console.js");
  // As the settings do before the calls are answered: the library then listens for renderers.
  (await import("electron-store")).default.initRenderer();
  const reached: string[] = [];
  answerCalls({
    window: { owns: () => true },
    client: {
      call: async (call) => {
        reached.push(call);
        return { ok: true, value: null as never };
      },
    },
    browser: { clicked: () => undefined },
  });
  const agreed = Object.keys(consoleCalls);
  const findings = [...electron.handlers.keys()]
    .filter((channel) => !agreed.includes(channel))
    .map((channel) => `main/ipc.js: answers ${channel}, which has no schema in shared/console.ts`);
  findings.push(
    ...agreed.filter((call) => !electron.handlers.has(call)).map((call) => `main/ipc.js: does not answer ${call}`),
  );
  findings.push(...electron.listening().map((channel) => `main: listens on ${channel} without a schema`));
  for (const [call, answer] of electron.handlers) {
    for (const input of strangers) await quietly(() => answer(from("app://countersign"), input));
    if (reached.splice(0).length > 0) findings.push(`main/ipc.js: ${call} is answered without its schema`);
    for (const event of [from(null), from("https://example.com")]) await quietly(() => answer(event, {}));
    if (reached.splice(0).length > 0) findings.push(`main/ipc.js: ${call} is answered whoever asks`);
  }
  return findings;
}

/** A call's event from a frame of this origin, or from one that has gone. */
function from(origin: string | null): IpcMainInvokeEvent {
  const frame = origin === null ? null : { origin, parent: null, detached: false, isDestroyed: () => false };
  return { senderFrame: frame, sender: {} } as unknown as IpcMainInvokeEvent;
}

/** Main says on standard error whom it refuses; here that is the wanted outcome, and no news. */
async function quietly(ask: () => unknown): Promise<void> {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = () => true;
  try {
    await ask();
  } catch {
    // Refused by throwing: nothing was reached.
  } finally {
    process.stderr.write = write;
  }
}
