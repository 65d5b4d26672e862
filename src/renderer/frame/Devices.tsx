import { useState } from "react";
import type { KnownDevice } from "../../shared/console.ts";
import { waitsHere } from "../../shared/device.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import css from "./Devices.module.css";

/** The installations that are enrolled for whoever is signed in; all but this one can be removed here. */
export function Devices({ devices }: { readonly devices: readonly KnownDevice[] }) {
  const nowMs = useStore(useModel().clock);
  if (devices.length === 0) return null;
  const mayConfirm = waitsHere(devices) === undefined;
  return (
    <section className={css.devices} aria-label={words.devices.list}>
      <h3>{words.devices.title}</h3>
      <ul>
        {devices.map((device) => (
          <li key={device.id}>
            <Outside text={device.name} foldAt={40} />
            <small>{standingOf(device, moment(device.enrolledAtMs, nowMs))}</small>
            {!device.isThis && (
              <span className={css.verbs}>
                {mayConfirm && device.waits !== undefined && <Confirm device={device} />}
                <Remove device={device} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function standingOf({ isThis, waits }: KnownDevice, enrolled: string): string {
  if (waits !== undefined) return words.devices.waits;
  return isThis ? words.devices.this : words.devices.enrolled(enrolled);
}

/** Lets a device decide that waits for it. */
function Confirm({ device: { id, name } }: { readonly device: KnownDevice }) {
  const { bridge } = useModel();
  const [refused, setRefused] = useState<ErrorCode | null>(null);
  const send = async () => {
    const answer = await bridge.confirmDevice({ id });
    setRefused(answer.ok ? null : answer.error.code);
  };
  return (
    <>
      <Button size="small" look="quiet" label={words.devices.confirmOf(spoken(name, 40))} onClick={() => void send()}>
        {words.devices.confirmShort}
      </Button>
      {refused !== null && <Refused code={refused} />}
    </>
  );
}

function Refused({ code }: { readonly code: ErrorCode }) {
  return (
    <span role="alert" className={css.refused}>
      {wording(code)}
    </span>
  );
}

/** Removes a device with two presses: its person would have to sign in there anew. */
function Remove({ device: { id, name } }: { readonly device: KnownDevice }) {
  const { bridge } = useModel();
  const [step, setStep] = useState<"rest" | "asked" | "sending">("rest");
  const [refused, setRefused] = useState<ErrorCode | null>(null);
  const send = async () => {
    setStep("sending");
    const answer = await bridge.removeDevice({ id });
    setRefused(answer.ok ? null : answer.error.code);
    setStep("rest");
  };
  return (
    <>
      {step === "asked" ? (
        <span className={css.actions}>
          <Button key="sure" size="small" look="strong" onClick={() => void send()}>
            {words.devices.sure}
          </Button>
          <Button key="keep" size="small" onClick={() => setStep("rest")}>
            {words.devices.keep}
          </Button>
        </span>
      ) : (
        <Button
          key="ask"
          size="small"
          look="quiet"
          label={words.devices.removeOf(spoken(name, 40))}
          disabled={step === "sending"}
          onClick={() => setStep("asked")}
        >
          {words.devices.remove}
        </Button>
      )}
      {refused !== null && <Refused code={refused} />}
    </>
  );
}
