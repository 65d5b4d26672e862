import { connectControl, type Control } from "../client/control.ts";
import { command, positional } from "./command.ts";
import { pinNamed, pinOptions } from "./pin.ts";
import { ownUntilStopped } from "./session-owner.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign sign-in [--gateway URL] [--yes] [--issuer URL] [--device-code] [--ca FILE]
                   [--profile DIR] [--json]

Signs in at the profile's gateway. The first time, --gateway names it: what it says of itself is shown, and pinned in
the profile once you confirm it (--yes confirms without asking). Where it offers several ways to sign in, --issuer
chooses one. The address to open is printed; nothing is opened by itself.
--device-code prints an address and a code for a browser on any machine, where this one has none. Where no process
owns the profile yet, this one becomes it and stays, as countersign connect does.`;

const options = { ...pinOptions, "device-code": { type: "boolean" } } as const;

export const signIn = command(help, options, async ({ values, positionals, profile, terminal }) => {
  positional(positionals, []);
  await pinNamed(profile, values, terminal);
  const byCode = values["device-code"] ?? false;
  const owner = await connectControl(profile);
  if (owner === null) {
    terminal.note(`This process now owns the profile ${profile}, and stays.`);
    await ownUntilStopped({ profile, ca: values.ca, console: false, terminal, byCode });
    return;
  }
  try {
    await signInAt(owner, byCode, terminal);
  } finally {
    owner.close();
  }
});

async function signInAt(owner: Control, byCode: boolean, terminal: Terminal): Promise<void> {
  await owner.ask("signIn", byCode ? { by: "code" } : {}, (url) =>
    terminal.note(`Open this address to sign in: ${url}`),
  );
  const { session } = await owner.ask("status", {});
  terminal.answer(session, [session.state === "signed-in" ? `Signed in as ${session.account.name}.` : session.state]);
}
