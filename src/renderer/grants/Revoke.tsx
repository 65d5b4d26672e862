import { useState } from "react";
import type { ErrorCode } from "../../shared/errors.ts";
import type { GrantView } from "../../shared/grant.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import css from "./Revoke.module.css";

type Step = "rest" | "asked" | "sending";

/** Ends a grant with two presses: one is easily a slip, and only a new approval brings it back. */
export function Revoke({ grant, mayRevoke }: { readonly grant: GrantView; readonly mayRevoke: boolean }) {
  const { bridge } = useModel();
  const [step, setStep] = useState<Step>("rest");
  const [refused, setRefused] = useState<ErrorCode | null>(null);
  const send = async () => {
    setStep("sending");
    const result = await bridge.revokeGrant({ id: grant.id });
    // What became of it comes with the state.
    setRefused(result.ok ? null : result.error.code);
    setStep("rest");
  };
  const name = words.grants.revokeOf(spoken(grant.tool, 40), spoken(grant.principal.name, 40));
  return (
    <div>
      <div className={css.revoke} data-rest="button:last-child">
        {step === "asked" ? (
          <>
            {/* Keys, since a button that stays in its place would keep the focus, and take a second press of Enter for a yes. */}
            <Button key="sure" size="small" look="strong" disabled={!mayRevoke} onClick={() => void send()}>
              {words.grants.sure}
            </Button>
            <Button key="keep" size="small" onClick={() => setStep("rest")}>
              {words.grants.keep}
            </Button>
          </>
        ) : (
          <Button
            key="ask"
            size="small"
            label={name}
            disabled={!mayRevoke || step === "sending"}
            onClick={() => setStep("asked")}
          >
            {words.grants.revoke}
          </Button>
        )}
      </div>
      {refused !== null && (
        <span role="alert" className={css.refused}>
          {words.grants.refused} {wording(refused)}
        </span>
      )}
    </div>
  );
}
