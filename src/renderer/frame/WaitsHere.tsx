import type { KnownDevice } from "../../shared/console.ts";
import { Band } from "../parts/Band.tsx";
import { copyText, CopyButton } from "../parts/CopyButton.tsx";
import { words } from "../words.ts";

/** This device may not decide yet: on which other it is let, or what to give an administrator where none is left that could. */
export function WaitsHere({ device: { id, waits } }: { readonly device: KnownDevice }) {
  if (waits === undefined) return null;
  const { device, admin, copy, command } = words.devices.here;
  return (
    <Band tone="warn" icon="note" action={<CopyButton copy={() => copyText(command(id))}>{copy}</CopyButton>}>
      {waits === "device" ? device : admin(command(id))}
    </Band>
  );
}
