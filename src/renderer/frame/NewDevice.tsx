import { useState } from "react";
import type { KnownDevice } from "../../shared/console.ts";
import type { ErrorCode, Result } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";

interface NewDeviceProps {
  readonly device: KnownDevice;
  /** Whether this device itself decides: otherwise it can neither let another decide nor remove it. */
  readonly mayConfirm: boolean;
}

/** A device that was enrolled for this person elsewhere: by them, or by whoever has their sign-in. One that waits is let decide with the same press. */
export function NewDevice({ device: { id, name, enrolledAtMs, waits }, mayConfirm }: NewDeviceProps) {
  const { bridge, clock } = useModel();
  const nowMs = useStore(clock);
  const [refused, setRefused] = useState<ErrorCode | null>(null);
  const press = (ask: () => Promise<Result<null>>) => async () => {
    const answer = await ask();
    setRefused(answer.ok ? null : answer.error.code);
  };
  const confirms = mayConfirm && waits !== undefined;
  const know = press(() => (confirms ? bridge.confirmDevice({ id }) : bridge.acknowledgeDevice({ id })));
  const remove = press(() => bridge.removeDevice({ id }));
  const actions = (
    <>
      <Button size="small" onClick={() => void know()}>
        {confirms ? words.devices.confirm : words.devices.mine}
      </Button>
      {mayConfirm && (
        <Button size="small" look="strong" onClick={() => void remove()}>
          {waits === undefined ? words.devices.remove : words.devices.notMine}
        </Button>
      )}
    </>
  );
  const said = waits === undefined ? words.devices.isNew : words.devices.asks;
  return (
    <Band tone="warn" icon="note" action={actions}>
      {said(spoken(name, 40), moment(enrolledAtMs, nowMs))}
      {refused !== null && <span role="alert"> {wording(refused)}</span>}
    </Band>
  );
}
