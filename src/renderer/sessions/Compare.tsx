import { wordsOfMoment } from "../../shared/session-words.ts";
import type { MaskedPayload } from "../../shared/approval.ts";
import type { Moment } from "../../shared/audit-sessions.ts";
import past from "../history/History.module.css";
import { DifferenceLines } from "../inbox/DifferenceLines.tsx";
import { differencesOf, isComparable } from "../inbox/differences.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import { maskedOf, type CallPair } from "./masked.ts";
import { offsetText } from "./offset.ts";
import css from "./Sessions.module.css";
import { ToneMark } from "./ToneMark.tsx";

interface CompareProps {
  readonly first: CallPair;
  readonly second: CallPair;
  readonly beganMs: number;
}

/** Two calls side by side, and below what differs in what was asked and answered, field by field. */
export function Compare({ first, second, beganMs }: CompareProps) {
  const { replays } = useModel();
  return (
    <>
      <div className={past.marks}>
        <h2 className={past.title}>{words.sessions.compareTitle}</h2>
        <Button look="quiet" size="small" onClick={() => replays.compare(null)}>
          {words.sessions.stop}
        </Button>
      </div>
      <div className={css.pair}>
        <Side title={words.sessions.first} call={first} beganMs={beganMs} />
        <Side title={words.sessions.second} call={second} beganMs={beganMs} />
      </div>
      <Between id="asked-title" title={words.sessions.asked} was={first.request} is={second.request} />
      <Between id="answered-title" title={words.sessions.answered} was={first.answer} is={second.answer} />
    </>
  );
}

interface SideProps {
  readonly title: string;
  readonly call: CallPair;
  readonly beganMs: number;
}

function Side({ title, call: { request, answer }, beganMs }: SideProps) {
  const end = answer === null ? null : wordsOfMoment(answer.kind, answer.facts, null);
  return (
    <section>
      <h3>
        {title}: {words.sessions.entry(request.entry)}
      </h3>
      <p>
        <Outside text={request.facts.tool ?? request.facts.method ?? ""} look="name" foldAt={80} />
      </p>
      <p className={past.sub}>{offsetText(request.atMs - beganMs)}</p>
      {end !== null && <ToneMark tone={end.tone} title={end.title} />}
      {answer?.facts.ms != null && (
        <p className={past.sub}>
          {words.sessions.took} {Math.round(answer.facts.ms).toLocaleString("en")} ms
        </p>
      )}
    </section>
  );
}

interface BetweenProps {
  readonly id: string;
  readonly title: string;
  readonly was: Moment | null;
  readonly is: Moment | null;
}

function Between({ id, title, was, is }: BetweenProps) {
  const [before, now] = [payloadIn(was), payloadIn(is)];
  const isHere = was !== null && is !== null;
  const isShort = before !== null && now !== null && isComparable(before) && isComparable(now);
  return (
    <section>
      <h3 id={id}>{title}</h3>
      {!isHere && <p className={past.note}>{words.sessions.noAnswer}</p>}
      {isHere && !isShort && <p className={past.note}>{words.sessions.tooLong}</p>}
      {isHere && isShort && <DifferenceLines rows={differencesOf(before, now).rows} titleId={id} />}
    </section>
  );
}

function payloadIn(moment: Moment | null): MaskedPayload | null {
  return moment?.body.state === "whole" ? maskedOf(moment.kind, moment.body.value) : null;
}
