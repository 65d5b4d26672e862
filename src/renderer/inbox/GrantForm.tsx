import type { ApprovalView } from "../../shared/approval.ts";
import { constraintKind, type GrantOffer } from "../../shared/grant-offer.ts";
import { GrantSentence } from "../grants/GrantSentence.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { lengthText } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./GrantForm.module.css";
import { constraintsOf, faultIn, isBoundWell, lengthsOf, type Bound, type GrantDraft } from "./grant-draft.ts";

interface GrantFormProps {
  readonly approval: ApprovalView;
  readonly offer: GrantOffer;
  readonly draft: GrantDraft;
  /** When it would end, by this machine's clock. */
  readonly endsAtMs: number;
  readonly onChange: (draft: GrantDraft) => void;
}

/** What later calls are allowed beside this one: how each argument is bound, how often, how long, and all of it as a sentence. */
export function GrantForm({ approval, offer, draft, endsAtMs, onChange }: GrantFormProps) {
  const fault = faultIn(draft, offer, approval);
  const bind = (changed: Bound) =>
    onChange({ ...draft, bounds: draft.bounds.map((each) => (each.argument === changed.argument ? changed : each)) });
  return (
    <section className={css.form} aria-label={words.grant.title}>
      <div className={css.terms}>
        <label>
          {words.grant.uses}
          <input
            className={css.uses}
            inputMode="numeric"
            value={draft.mostUses}
            aria-invalid={fault === "uses"}
            onChange={(event) => onChange({ ...draft, mostUses: event.target.value })}
          />
          {words.grant.usesMost(offer.mostUses)}
        </label>
        <label>
          {words.grant.lasts}
          <select
            value={draft.lastsMs}
            onChange={(event) => onChange({ ...draft, lastsMs: Number(event.target.value) })}
          >
            {lengthsOf(offer).map((lastsMs) => (
              <option key={lastsMs} value={lastsMs}>
                {lengthText(lastsMs)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ul className={css.bounds}>
        {draft.bounds.map((bound) => (
          <BoundRow key={bound.argument} bound={bound} approval={approval} offer={offer} onChange={bind} />
        ))}
      </ul>
      {fault === null ? (
        <p className={css.sentence} role="status">
          <GrantSentence
            principal={approval.requester.name}
            connection={approval.connection}
            tool={approval.tool}
            constraints={draft.bounds}
            uses={Number(draft.mostUses)}
            endsAtMs={endsAtMs}
          />
        </p>
      ) : (
        <p className={css.fault} role="status">
          {fault === "uses" ? words.grant.badUses(offer.mostUses) : words.grant.badPrefix}
        </p>
      )}
    </section>
  );
}

interface BoundRowProps {
  readonly bound: Bound;
  readonly approval: ApprovalView;
  readonly offer: GrantOffer;
  readonly onChange: (bound: Bound) => void;
}

function BoundRow({ bound, approval, offer, onChange }: BoundRowProps) {
  const name = spoken(bound.argument, 40);
  return (
    <li>
      <span className={css.name}>
        <OutsideLine text={bound.argument} look="code" />
      </span>
      <select
        aria-label={words.grant.binds(name)}
        value={bound.constraint}
        onChange={(event) => onChange({ ...bound, constraint: constraintKind.parse(event.target.value) })}
      >
        {constraintsOf(offer, bound.argument).map((kind) => (
          <option key={kind} value={kind}>
            {words.grant.kinds[kind]}
          </option>
        ))}
      </select>
      {bound.constraint === "prefix" && (
        <input
          className={css.prefix}
          aria-label={words.grant.prefixOf(name)}
          aria-invalid={!isBoundWell(bound, approval)}
          maxLength={1000}
          autoComplete="off"
          value={bound.prefix}
          onChange={(event) => onChange({ ...bound, prefix: event.target.value })}
        />
      )}
      {bound.constraint === "any" && <span className={css.note}>{words.grant.unseen}</span>}
    </li>
  );
}
