import { useState } from "react";
import type { ClientView, ConsoleState } from "../../shared/console.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Calls } from "./Calls.tsx";
import setup from "./setup.module.css";
import table from "../parts/table.module.css";
import text from "../parts/text.module.css";
import css from "./client-table.module.css";

interface TokenRowProps {
  readonly client: ClientView;
  readonly traffic: ConsoleState["traffic"];
  /** How many of its calls are held. */
  readonly held: number;
}

/** A client that was not set up in a file: a person gave it a token, or it came over stdio and only says who it is. */
export function TokenRow({ client, traffic, held }: TokenRowProps) {
  const nowMs = useStore(useModel().clock);
  const { name, unverified, lastUsedAtMs } = client;
  const lines = traffic.lines.filter((line) => line.client === client.id);
  return (
    <tr>
      <td className={css.name}>
        <Outside text={name} />
      </td>
      <td className={`${text.three} ${table.loose}`}>
        {unverified ? words.clients.stdioNote : words.clients.tokenNote}
      </td>
      <td>
        <Status tone={unverified ? "warn" : "plain"} icon={unverified ? "note" : "half"}>
          {unverified ? words.clients.state.stdio : words.clients.state.token}
        </Status>
      </td>
      <td className={text.two}>
        {lastUsedAtMs === null ? words.clients.never : words.clients.used(moment(lastUsedAtMs, nowMs))}
      </td>
      <td className={`${table.number} ${table.loose}`}>
        <Calls lines={lines} held={held} />
      </td>
      <td>
        <RevokeClient client={client} />
      </td>
    </tr>
  );
}

/** Ends a token with two presses: one is easily a slip, and its client has to be given a new one. */
function RevokeClient({ client: { id, name } }: Pick<TokenRowProps, "client">) {
  const { bridge } = useModel();
  const [step, setStep] = useState<"rest" | "asked" | "sending">("rest");
  const [refused, setRefused] = useState<ErrorCode | null>(null);
  const send = async () => {
    setStep("sending");
    const answer = await bridge.removeClient({ id });
    setRefused(answer.ok ? null : answer.error.code);
    setStep("rest");
  };
  return (
    <>
      <div className={css.actions} data-rest="button:last-child">
        {step === "asked" ? (
          <>
            <Button key="sure" size="small" look="strong" onClick={() => void send()}>
              {words.clients.sure}
            </Button>
            <Button key="keep" size="small" onClick={() => setStep("rest")}>
              {words.clients.keep}
            </Button>
          </>
        ) : (
          <Button
            key="ask"
            size="small"
            look="quiet"
            label={words.clients.revokeOf(spoken(name, 40))}
            disabled={step === "sending"}
            onClick={() => setStep("asked")}
          >
            {words.clients.revoke}
          </Button>
        )}
      </div>
      {refused !== null && (
        <span role="alert" className={setup.bad}>
          {wording(refused)}
        </span>
      )}
    </>
  );
}
