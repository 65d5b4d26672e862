import { createConnection, type Socket } from "node:net";
import type { ConsoleCall, ConsoleOutput } from "../shared/console-calls.ts";
import { CountersignError, type Result } from "../shared/errors.ts";
import {
  controlAnswer,
  controlOutputs,
  controlPath,
  type ControlCommand,
  type ControlInput,
  type ControlOutput,
} from "./control-protocol.ts";
import { readJsonLines, writeJsonLine } from "./lines.ts";

/** The owner of a profile as another process of the same user sees it. */
export interface Control {
  /** Throws the owner's code, `not_running` where it ended before it answered, `profile_in_use` where it is of another version. `onUrl`: for `signIn`. */
  ask<C extends ControlCommand>(
    command: C,
    input: ControlInput<C>,
    onUrl?: (url: string) => void,
  ): Promise<ControlOutput<C>>;
  /** A console call, presence `cli`. */
  call<C extends ConsoleCall>(call: C, input: unknown): Promise<Result<ConsoleOutput[C]>>;
  close(): void;
}

/** Connects to the process that owns the profile, or answers null where none does. */
export async function connectControl(directory: string): Promise<Control | null> {
  const socket = await connect(await controlPath(directory));
  return socket === null ? null : controlOver(socket);
}

interface Waiting {
  readonly onUrl: (url: string) => void;
  readonly settle: (result: Result<unknown>) => void;
}

function controlOver(socket: Socket): Control {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  readJsonLines(socket, mostBytes, (value) => {
    const answer = controlAnswer.safeParse(value);
    if (!answer.success) {
      socket.destroy();
      return;
    }
    const asked = waiting.get(answer.data.id);
    if ("event" in answer.data) asked?.onUrl(answer.data.data);
    else asked?.settle(answer.data.result);
  });
  // "close" follows.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    const error = { code: "not_running", message: "The process that owned the profile ended: try again." } as const;
    for (const { settle } of waiting.values()) settle({ ok: false, error });
  });

  const ask: Control["ask"] = async (command, input, onUrl = () => undefined) => {
    const id = (last += 1);
    const result = await new Promise<Result<unknown>>((settle) => {
      waiting.set(id, { onUrl, settle });
      if (socket.destroyed) settle({ ok: false, error: { code: "not_running", message: "The owner has ended." } });
      else writeJsonLine(socket, { id, command, input });
    });
    waiting.delete(id);
    if (!result.ok) throw new CountersignError(result.error.code, result.error.message);
    const output = controlOutputs[command].safeParse(result.value);
    if (!output.success) throw new CountersignError("profile_in_use", ofAnotherVersion, { cause: output.error });
    // Parsed by the schema of this very command.
    return output.data as ControlOutput<typeof command>;
  };
  return {
    ask,
    // The owner's own Result, for this call's output; both ends are one version of one program.
    call: async <C extends ConsoleCall>(call: C, input: unknown) =>
      (await ask("call", { call, input, presence: "cli" })) as Result<ConsoleOutput[C]>,
    close: () => socket.destroy(),
  };
}

/** After an update the owner is the old program until it is started anew. */
const ofAnotherVersion =
  "The process that owns the profile is of another version than this command: end it (the app, connect or the demo) and start it again.";

/** A state with many large approvals is one line. */
const mostBytes = 256 * 1024 * 1024;

function connect(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(null);
      else reject(error);
    });
  });
}
