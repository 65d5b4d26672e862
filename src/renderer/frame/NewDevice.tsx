import { useState } from "react";
import type { KnownDevice } from "../../shared/console.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";

/** A device that was enrolled for this person elsewhere: by them, or by whoever has their sign-in. */
export function NewDevice({ device: { id, name, enrolledAtMs } }: { readonly device: KnownDevice }) {
  const { bridge, clock } = useModel();
  const nowMs = useStore(clock);
  const [refused, setRefused] = useState<ErrorCode | null>(null);
  const remove = async () => {
    const answer = await bridge.removeDevice({ id });
    setRefused(answer.ok ? null : answer.error.code);
  };
  const actions = (
    <>
      <Button size="small" onClick={() => void bridge.acknowledgeDevices()}>
        {words.devices.mine}
      </Button>
      <Button size="small" look="strong" onClick={() => void remove()}>
        {words.devices.remove}
      </Button>
    </>
  );
  return (
    <Band tone="warn" icon="note" action={actions}>
      {words.devices.isNew(spoken(name, 40), moment(enrolledAtMs, nowMs))}
      {refused !== null && <span role="alert"> {wording(refused)}</span>}
    </Band>
  );
}
