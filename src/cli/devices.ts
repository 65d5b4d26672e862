import type { Control } from "../client/control.ts";
import type { DeviceView } from "../shared/device.ts";
import { CountersignError } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import { command, positional } from "./command.ts";
import { signedInState, withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

const help = `Usage: countersign devices list [--principal ID] [--profile DIR] [--json]
       countersign devices confirm ID [--profile DIR] [--json]
       countersign devices remove ID [--profile DIR] [--json]

The installations that are enrolled for you: each signs your decisions and begins your sessions at the gateway with a
key of its own. One that you don't know, or have lost, should be removed: its sessions and streams end at once, and its
key can be enrolled by nobody again. --principal lists another person's, for the role admin, who may confirm and remove
them too.

Who may decide, and had a device before, has a new one that waits: it reads and calls, and decides nothing until it is
confirmed from a device that decides. Where none of theirs is left, an administrator does that, after asking the person
in a way that whoever stole their sign-in could not answer.`;

export const devices = command(
  help,
  { principal: { type: "string" } },
  async ({ values, positionals, profile, terminal }) => {
    const [verb, ...rest] = positionals;
    if (verb !== "list" && verb !== "remove" && verb !== "confirm")
      throw new CountersignError("usage", "devices needs list, confirm or remove; --help shows the usage.");
    const [id] = verb === "list" ? positional(rest, []) : positional(rest, ["ID"]);
    await withOwner(profile, async (owner) => {
      const state = await signedInState(owner, profile);
      if (id !== undefined) return await (verb === "confirm" ? confirm : remove)(owner, id, terminal);
      const shown = values.principal === undefined ? state.devices : await of(owner, values.principal);
      list(shown, terminal);
    });
  },
);

async function of(owner: Control, principal: string): Promise<readonly DeviceView[]> {
  return await owner.ask("devices.of", { principal });
}

function list(found: readonly (DeviceView & { readonly isNew?: boolean })[], terminal: Terminal): void {
  const rows = found.map(({ id, name, enrolledAtMs, sessions, isThis, isNew, waits }) => [
    id,
    visibleLine(name, 40),
    new Date(enrolledAtMs).toISOString(),
    sessions.join(", "),
    [...(isThis ? ["this one"] : isNew === true ? ["new"] : []), ...(waits === undefined ? [] : ["waits"])].join(", "),
  ]);
  terminal.answer(found, listed("No device is enrolled.", ["device", "name", "enrolled", "sessions now", ""], rows));
}

async function confirm(owner: Control, id: string, terminal: Terminal): Promise<void> {
  await owner.ask("access.confirm", { device: id });
  terminal.answer({ id }, [`Confirmed: ${visibleLine(id, 100)}. It decides from now on.`]);
}

async function remove(owner: Control, id: string, terminal: Terminal): Promise<void> {
  await owner.ask("access.revoke", { kind: "device", id });
  terminal.answer({ id }, [`Removed: ${visibleLine(id, 100)}. What it had at the gateway has ended.`]);
}
