import { z } from "zod";
import { auditAsk, auditPage } from "../shared/audit-search.ts";
import { sessionExportAsk } from "../shared/audit-sessions.ts";
import { clientView, consoleState } from "../shared/console.ts";
import { deviceView, revocation } from "../shared/device.ts";
import { errorCodes } from "../shared/errors.ts";
import { erasureView, erasureWish, hold, holdLift, holdWish } from "../shared/retention.ts";
import { setupChange, setupView, setupWhere, setupWish } from "../shared/setup.ts";
import { toolAcceptance, toolView } from "../shared/tool.ts";
import { privateDirectory } from "./private-directory.ts";
import { socketPlace } from "./socket-path.ts";

/**
 * What a command of the terminal may ask of the process that owns its profile: one JSON object a line each way over
 * the control socket, `{id, command, input}` answered by `{id, result}`, before it perhaps `{id, event, data}`.
 */
export const controlInputs = {
  status: z.strictObject({}),
  /** `call` and `input` are a console call's. No other presence is anybody's to claim here. */
  call: z.strictObject({ call: z.string().max(100), input: z.unknown(), presence: z.literal("cli") }),
  /** The event `url` tells the address for the browser, and the code where there is one, before the result. */
  signIn: z.strictObject({ by: z.enum(["browser", "code"]).optional() }),
  "clients.list": z.strictObject({}),
  "clients.add": z.strictObject({ name: z.string().max(200) }),
  /** One that comes over stdio, and has no token. */
  "clients.admit": z.strictObject({ name: z.string().max(200) }),
  "clients.remove": z.strictObject({ id: z.string().max(100) }),
  "tunnel.open": z.strictObject({ port: z.number().int().min(0).max(65535).optional() }),
  consoleLink: z.strictObject({}),
  /** Answers with the path of a new private file, which the asking command removes. */
  "ledger.export": z.strictObject({}),
  "ledger.search": auditAsk,
  /** As `ledger.export`, of one MCP client's session. */
  "ledger.exportSession": sessionExportAsk,
  /** For the role admin. */
  "tools.list": z.strictObject({}),
  "tools.accept": toolAcceptance,
  "devices.of": z.strictObject({ principal: z.string().max(500) }),
  "access.confirm": z.strictObject({ device: z.string().max(100) }),
  "access.revoke": revocation,
  "access.restore": z.strictObject({ principal: z.string().max(500) }),
  "holds.list": z.strictObject({}),
  "holds.place": holdWish,
  "holds.lift": holdLift,
  /** Answers once all is erased. */
  "entries.erase": erasureWish,
  "setup.list": setupWhere,
  "setup.plan": setupWish,
  "setup.apply": setupWish,
} as const;
export type ControlCommand = keyof typeof controlInputs;

export const controlOutputs = {
  status: consoleState,
  /** The Result of the console call itself. */
  call: z.unknown(),
  signIn: z.null(),
  "clients.list": z.array(clientView),
  "clients.add": z.object({ id: z.string(), name: z.string(), token: z.string() }),
  "clients.admit": clientView,
  "clients.remove": z.null(),
  "tunnel.open": z.null(),
  consoleLink: z.string(),
  "ledger.export": z.string(),
  "ledger.search": auditPage,
  "ledger.exportSession": z.string(),
  "tools.list": z.array(toolView),
  "tools.accept": z.null(),
  "devices.of": z.array(deviceView),
  "access.confirm": z.null(),
  "access.revoke": z.null(),
  "access.restore": z.null(),
  "holds.list": z.array(hold),
  "holds.place": hold,
  "holds.lift": z.null(),
  "entries.erase": erasureView,
  "setup.list": z.array(setupView),
  "setup.plan": z.array(setupChange),
  "setup.apply": z.array(setupChange),
} as const satisfies Record<ControlCommand, z.ZodType>;
export type ControlInput<C extends ControlCommand> = z.infer<(typeof controlInputs)[C]>;
export type ControlOutput<C extends ControlCommand> = z.infer<(typeof controlOutputs)[C]>;

export const controlRequest = z.strictObject({ id: z.number().int(), command: z.string(), input: z.unknown() });
const failure = z.object({ code: z.enum(errorCodes), message: z.string() });
export const controlAnswer = z.union([
  z.object({
    id: z.number().int(),
    result: z.discriminatedUnion("ok", [
      z.object({ ok: z.literal(true), value: z.unknown() }),
      z.object({ ok: z.literal(false), error: failure }),
    ]),
  }),
  z.object({ id: z.number().int(), event: z.literal("url"), data: z.string() }),
]);

/** Where a profile's control socket is; its folder is made, and checked to be this user's alone. */
export async function controlPath(directory: string): Promise<string> {
  const { path, folder } = socketPlace(directory, "control");
  if (folder !== null) await privateDirectory(folder);
  return path;
}
