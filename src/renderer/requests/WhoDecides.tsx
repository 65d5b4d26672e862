import type { ApprovalView, StepView } from "../../shared/approval.ts";
import { openStep } from "../../shared/approval-steps.ts";
import css from "../inbox/RequestDetail.module.css";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import own from "./own.module.css";

/** The groups whose members can decide, step by step, who has approved, and how many more it needs. */
export function WhoDecides({ approval }: { readonly approval: ApprovalView }) {
  const { steps, client, device } = approval;
  const open = approval.state === "pending" ? openStep(approval) : 0;
  return (
    <aside className={css.aside} aria-label={words.request.facts} tabIndex={0}>
      <section>
        <h2>{words.requests.who}</h2>
        <dl className={css.facts}>
          {steps.map((step, index) => (
            // Steps keep their order, so the place is the key.
            <Step key={index} step={step} number={index + 1} of={steps.length} open={open} />
          ))}
        </dl>
      </section>
      <section>
        <h2>{words.request.client}</h2>
        <dl className={css.facts}>
          <dt>{words.request.name}</dt>
          <dd>
            {client === null ? words.request.noClient : <Outside text={`${client.name} ${client.version}`} />}
            {client !== null && <span className={css.sub}>{words.request.clientClaim}</span>}
          </dd>
          <dt>{words.request.device}</dt>
          <dd>{device === null ? words.request.noDevice : <Outside text={device} look="codeSmall" />}</dd>
        </dl>
      </section>
    </aside>
  );
}

interface StepProps {
  readonly step: StepView;
  readonly number: number;
  readonly of: number;
  /** The step that is open now; 0 where none is. */
  readonly open: number;
}

function Step({ step: { approvers, need, approvals, missing }, number, of, open }: StepProps) {
  const named = words.request.approversOf(need);
  return (
    <>
      <dt>{of === 1 ? named : words.request.approversStep(number, named)}</dt>
      <dd>
        {approvers.map((group) => (
          <div key={group}>
            <Outside text={group} foldAt={60} />
          </div>
        ))}
        {approvals.map(({ by }) => (
          <span key={by.id} className={css.sub}>
            {words.request.approvedBy}
            <Outside text={by.name} foldAt={60} />
          </span>
        ))}
        {open > 0 && (
          <span className={own.missing}>
            {number > open ? words.requests.notOpen : words.requests.missing(missing)}
          </span>
        )}
      </dd>
    </>
  );
}
