import { Fragment } from "react";
import type { MaskedPayload } from "../../shared/approval.ts";
import type { Moment } from "../../shared/audit-sessions.ts";
import { factsOfMoment } from "../../shared/moment-facts.ts";
import { wordsOfMoment } from "../../shared/session-words.ts";
import { visible } from "../../shared/visible.ts";
import past from "../history/History.module.css";
import { Payload } from "../inbox/Payload.tsx";
import factsCss from "../inbox/RequestDetail.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { CopyButton, copyText } from "../parts/CopyButton.tsx";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import { maskedOf } from "./masked.ts";
import { offsetText } from "./offset.ts";
import type { Replay } from "./replayed.ts";
import { ToneMark } from "./ToneMark.tsx";

/** The chosen moment whole: what the ledger says of it, and what was asked or answered, masked. */
export function MomentDetail({ replay, moment }: { readonly replay: Replay; readonly moment: Moment }) {
  const { replays } = useModel();
  const { id, session, names } = replay;
  const { entry, atMs, kind, facts, body } = moment;
  const read = body.state === "whole" ? body.value : null;
  const { tone, title, name } = wordsOfMoment(kind, facts, read);
  const payload = (read === null ? null : maskedOf(kind, read)) ?? heldPayload(replay.moments, facts.approval, kind);
  return (
    <>
      <div className={past.marks}>
        <ToneMark tone={tone} title={title} />
      </div>
      {name !== null && (
        <h2 className={past.title}>
          <Outside text={name} look="title" foldAt={80} />
        </h2>
      )}
      <p className={past.sub}>
        {words.sessions.entry(entry)}, {offsetText(atMs - (session?.fromMs ?? atMs))}
      </p>
      <div className={past.marks}>
        <CopyButton copy={() => copyText(`countersign://session/${id}/${entry}`)}>{words.sessions.link}</CopyButton>
        {facts.call !== null && replay.beside === null && (
          <Button look="quiet" size="small" onClick={() => replays.compare(facts.call)}>
            {words.sessions.compare}
          </Button>
        )}
      </div>
      {read !== null && (
        <section aria-label={words.sessions.facts}>
          <dl className={factsCss.facts}>
            {factsOfMoment(facts, read, names).map(([fact, value]) => (
              <Fragment key={fact}>
                <dt>{fact}</dt>
                <dd>
                  <Outside text={value} foldAt={200} />
                </dd>
              </Fragment>
            ))}
          </dl>
        </section>
      )}
      {payload !== null && <Payload payload={payload} />}
      {body.state === "erased" && <p className={past.note}>{visible(words.sessions.erased(body.how))}</p>}
      {body.state === "part" && (
        <section>
          <p className={past.note}>{words.sessions.part(body.text.length, body.length)}</p>
          <Outside text={body.text} look="codeSmall" foldAt={2000} />
        </section>
      )}
    </>
  );
}

/** What a decision was made on stands in the entry that opened its approval. */
function heldPayload(moments: Replay["moments"], approval: string | null, kind: string): MaskedPayload | null {
  if (approval === null || !decisions.has(kind)) return null;
  const opened = moments.find((each) => each.kind === "approval.pending" && each.facts.approval === approval);
  return opened?.body.state === "whole" ? maskedOf(opened.kind, opened.body.value) : null;
}

const decisions: ReadonlySet<string> = new Set(["approval.approved", "approval.denied", "decision.recorded"]);
