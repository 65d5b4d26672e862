import { useEffect, useState } from "react";
import type { ApprovalView, MaskedPayload, StepView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { digest } from "../../shared/json.ts";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import css from "./RequestDetail.module.css";

interface FactsProps {
  readonly approval: ApprovalView;
  readonly connections: ConsoleState["connections"];
}

/** Who asks, through what, who may decide, and what a decision signs. */
export function Facts({ approval, connections }: FactsProps) {
  const isPending = approval.state === "pending";
  return (
    <aside className={css.aside} aria-label={words.request.facts} tabIndex={0}>
      <Requester approval={approval} />
      <Connection name={approval.connection} connections={connections} />
      <section>
        <h2>{words.request.approvers}</h2>
        <dl className={css.facts}>
          {approval.steps.map((step, index) => (
            <Step key={index} step={step} number={approval.steps.length === 1 ? null : index + 1} />
          ))}
        </dl>
      </section>
      <section>
        <h2>{isPending ? words.request.signTitle : words.request.signedTitle}</h2>
        <p className={css.sub}>{isPending ? words.request.sign : words.request.signed}</p>
        <Digest payload={approval.payload} />
      </section>
    </aside>
  );
}

function Step({ step, number }: { readonly step: StepView; readonly number: number | null }) {
  const of = words.request.approversOf(step.need);
  return (
    <>
      <dt>{number === null ? of : words.request.approversStep(number, of)}</dt>
      <dd>
        <Lines texts={step.approvers} />
        {step.approvals.map(({ by }) => (
          <span key={by.id} className={css.sub}>
            {words.request.approvedBy}
            <Outside text={by.name} foldAt={60} />
          </span>
        ))}
      </dd>
    </>
  );
}

function Requester({ approval: { requester, device, client } }: { readonly approval: ApprovalView }) {
  return (
    <section>
      <h2>
        {words.request.requester}
        <Outside text={requester.name} foldAt={60} />
      </h2>
      <dl className={css.facts}>
        <dt>{words.request.kind}</dt>
        <dd>{words.request.kinds[requester.kind]}</dd>
        {requester.kind === "service" && (
          <>
            <dt>{words.request.owner}</dt>
            <dd>
              <Owner owner={requester.owner} />
            </dd>
          </>
        )}
        <dt>{words.request.id}</dt>
        <dd>
          <Outside text={requester.id} look="codeSmall" />
        </dd>
        <dt>{words.request.groups}</dt>
        <dd>
          <Lines texts={requester.groups} />
        </dd>
        <dt>{words.request.device}</dt>
        <dd>{device === null ? words.request.noDevice : <Outside text={device} look="codeSmall" />}</dd>
        <dt>{words.request.client}</dt>
        <dd>
          {client === null ? words.request.noClient : <Outside text={`${client.name} ${client.version}`} />}
          {client !== null && <span className={css.sub}>{words.request.clientClaim}</span>}
        </dd>
      </dl>
    </section>
  );
}

/** Who answers for a service: they are who to ask about the call, and never decide it. */
function Owner({ owner }: Pick<ApprovalView["requester"], "owner">) {
  if (owner === undefined) return words.request.noOwner;
  return (
    <>
      {owner.kind === "group" && words.request.ownerGroup}
      <Outside text={owner.id} look="codeSmall" />
    </>
  );
}

function Connection({
  name,
  connections,
}: {
  readonly name: string;
  readonly connections: ConsoleState["connections"];
}) {
  const known = connections.find((connection) => connection.name === name);
  return (
    <section>
      <h2>{words.request.connection}</h2>
      <dl className={css.facts}>
        <dt>{words.request.name}</dt>
        <dd>
          <Outside text={name} look="codeSmall" />
        </dd>
        <dt>{words.request.server}</dt>
        <dd>
          {known?.server ? <Outside text={`${known.server.name} ${known.server.version}`} /> : words.request.noServer}
        </dd>
      </dl>
    </section>
  );
}

function Lines({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return words.noGroups;
  return texts.map((text) => (
    <div key={text}>
      <Outside text={text} />
    </div>
  ));
}

function Digest({ payload }: { readonly payload: MaskedPayload }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void digest({ arguments: payload.arguments, hidden: payload.hidden }).then((value) => isCurrent && setText(value));
    return () => {
      isCurrent = false;
    };
  }, [payload]);
  return <span className={css.digest}>{text ?? words.request.signing}</span>;
}
