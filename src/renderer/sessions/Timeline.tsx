import { useMemo, type MouseEvent } from "react";
import { wordsOfMoment } from "../../shared/session-words.ts";
import { useModel } from "../model.ts";
import { classes } from "../parts/class-names.ts";
import { words } from "../words.ts";
import type { Replay } from "./replayed.ts";
import css from "./Sessions.module.css";
import { mostLanes, scaleOf, spansOf, type Span } from "./timeline.ts";

/** Of the long pauses so many are told by their length: more would stand in each other's way. */
const mostTold = 6;
const lanePx = 12;
/** The drawing is so wide by itself, and stretched over the room that there is. */
const width = 1000;

/** The session's calls to scale, long pauses folded; a press goes to what is nearest. All of it is in the table as well, for who can't see it. */
export function Timeline({ replay: { moments, place } }: { readonly replay: Replay }) {
  const { replays } = useModel();
  const scale = useMemo(() => scaleOf(moments), [moments]);
  const spans = useMemo(() => spansOf(moments, scale), [moments, scale]);
  const lanes = Math.min(mostLanes, 1 + Math.max(0, ...spans.map(({ lane }) => lane)));
  const told = scale.folds.toSorted((one, other) => other.ms - one.ms).slice(0, mostTold);
  const press = ({ currentTarget, clientX }: MouseEvent<HTMLElement>) => {
    const { left, width: room } = currentTarget.getBoundingClientRect();
    replays.go(nearest(scale.at, (clientX - left) / room));
  };
  return (
    <div className={css.line} onClick={press} aria-hidden="true">
      <svg viewBox={`0 0 ${width} ${lanes * lanePx}`} preserveAspectRatio="none" style={{ height: lanes * lanePx * 2 }}>
        {scale.folds.map(({ at }) => (
          <line key={at} className={css.fold} x1={at * width} x2={at * width} y1={0} y2={lanes * lanePx} />
        ))}
        {spans.map((span) => (
          <Drawn key={span.call} span={span} />
        ))}
      </svg>
      <Marks replay={{ moments }} at={scale.at} />
      {told.map(({ at, ms }) => (
        <span key={at} className={css.told} style={{ left: `${at * 100}%` }}>
          {words.sessions.paused(ms)}
        </span>
      ))}
      <span className={css.head} style={{ left: `${(scale.at[place] ?? 0) * 100}%` }} />
    </div>
  );
}

/** What was held, denied or failed, each by a mark below the calls. */
function Marks({
  replay: { moments },
  at,
}: {
  readonly replay: Pick<Replay, "moments">;
  readonly at: readonly number[];
}) {
  return moments.map(({ entry, kind, facts }, place) => {
    const { tone } = wordsOfMoment(kind, facts, null);
    if (tone !== "hold" && tone !== "denial" && tone !== "failure" && tone !== "decision") return null;
    return <span key={entry} className={classes(css.mark, css[tone])} style={{ left: `${(at[place] ?? 0) * 100}%` }} />;
  });
}

function Drawn({ span: { from, to, held, end, lane } }: { readonly span: Span }) {
  const y = lane * lanePx + 2;
  const height = lanePx - 4;
  // Whatever is shorter than a pixel is still to be seen.
  const least = 3;
  return (
    <>
      <rect
        className={css[end]}
        x={from * width}
        y={end === "denied" ? y + height / 2 : y}
        width={Math.max(least, (to - from) * width)}
        height={end === "denied" ? height / 2 : height}
      />
      {held !== null && (
        <rect
          className={css.held}
          x={held.from * width}
          y={y}
          width={Math.max(least, (held.to - held.from) * width)}
          height={height}
        />
      )}
    </>
  );
}

function nearest(at: readonly number[], to: number): number {
  return at.reduce((best, each, place) => (Math.abs(each - to) < Math.abs((at[best] ?? 0) - to) ? place : best), 0);
}
