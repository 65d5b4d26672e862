import { useState, type FormEvent } from "react";
import type { DesktopBridge } from "../../shared/bridge.ts";
import type { Failure } from "../../shared/errors.ts";
import type { ProposalView } from "../../shared/profiles.ts";
import { useModel } from "../model.ts";
import { Outside } from "../parts/Outside.tsx";
import { Button } from "../parts/Button.tsx";
import field from "../parts/field.module.css";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { addressWording } from "../wording.ts";
import { ConfirmGateway } from "./ConfirmGateway.tsx";
import css from "./Gateways.module.css";

const said = words.gateways;

type Step =
  | { readonly at: "address"; readonly refused: Failure | null }
  | { readonly at: "asking" }
  | { readonly at: "proposal"; readonly proposal: ProposalView };

interface AddGatewayProps {
  readonly suggested: string | null;
  readonly desktop: DesktopBridge;
}

/** An address, what the gateway there says of itself, and the one confirmation that pins it. */
export function AddGateway({ suggested, desktop }: AddGatewayProps) {
  const { linkedGateway, page } = useModel();
  const linked = useStore(linkedGateway);
  const [step, setStep] = useState<Step>({ at: "address", refused: null });
  const [typed, setTyped] = useState<string | null>(null);
  const address = typed ?? linked ?? suggested ?? "";
  const rest = (refused: Failure | null) => setStep({ at: "address", refused });

  const ask = async () => {
    setStep({ at: "asking" });
    const answer = await desktop.proposeGateway({ address });
    if (answer.ok) setStep({ at: "proposal", proposal: answer.value });
    else rest(answer.error);
  };
  const trust = async (way: string) => {
    setStep({ at: "asking" });
    const answer = await desktop.addProfile({ way });
    if (!answer.ok) return rest(answer.error);
    linkedGateway.set(null);
    setTyped(null);
    rest(null);
    return page.set("inbox");
  };
  if (step.at === "proposal")
    return <ConfirmGateway proposal={step.proposal} onTrust={(way) => void trust(way)} onCancel={() => rest(null)} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (step.at !== "asking") void ask();
  };
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <label className={css.label}>
        {said.address}
        <span className={field.field}>
          <input
            value={address}
            placeholder={said.example}
            onChange={(event) => setTyped(event.target.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            inputMode="url"
            maxLength={300}
          />
        </span>
      </label>
      <Button look="primary" size="large" type="submit" disabled={step.at === "asking" || address.trim() === ""}>
        {said.continue}
      </Button>
      {typed === null && linked !== null && <p className={css.note}>{said.proposed}</p>}
      {step.at === "asking" && <p role="status">{said.asking(address)}</p>}
      {step.at === "address" && step.refused !== null && (
        <div role="alert" className={css.refused}>
          <p>
            <b>{said.failed}</b> {addressWording(step.refused.code)}
          </p>
          <p>
            “<Outside text={step.refused.message} />”
          </p>
        </div>
      )}
    </form>
  );
}
