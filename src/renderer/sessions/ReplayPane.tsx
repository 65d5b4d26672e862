import type { ConsoleState } from "../../shared/console.ts";
import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { classes } from "../parts/class-names.ts";
import { ExportMenu } from "../parts/ExportMenu.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { localTime, momentSeconds } from "../times.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Compare } from "./Compare.tsx";
import { callAmong } from "./masked.ts";
import { MomentDetail } from "./MomentDetail.tsx";
import { MomentTable } from "./MomentTable.tsx";
import { Player } from "./Player.tsx";
import type { Replay } from "./replayed.ts";
import css from "./Sessions.module.css";
import { Timeline } from "./Timeline.tsx";

interface ReplayPaneProps {
  readonly replay: Replay | null;
  readonly gateway: ConsoleState["gateway"];
  readonly isReached: boolean;
}

/** One session: whose, its line, what plays it, its moments, and the chosen one whole. */
export function ReplayPane({ replay, gateway, isReached }: ReplayPaneProps) {
  const { replays } = useModel();
  return (
    <section className={css.pane} aria-label={words.sessions.replay}>
      <div className={classes(past.back, css.leave)}>
        <Button look="quiet" size="small" onClick={replays.back}>
          <Icon name="back" />
          {words.sessions.back}
        </Button>
      </div>
      {replay === null && <p className={css.nothing}>{words.sessions.choose}</p>}
      {replay !== null && replay.moments.length === 0 && <Unread replay={replay} />}
      {replay !== null && replay.session !== null && replay.moments.length > 0 && (
        <>
          <Head replay={replay} gateway={gateway} isReached={isReached} />
          <Timeline replay={replay} />
          <Legend />
          <Player replay={replay} />
          <div className={css.split}>
            <MomentTable replay={replay} />
            <aside className={css.side} aria-label={words.sessions.chosen}>
              <Chosen replay={replay} />
            </aside>
          </div>
        </>
      )}
    </section>
  );
}

function Unread({ replay: { at, error } }: { readonly replay: Replay }) {
  const { replays } = useModel();
  if (at !== "failed")
    return (
      <p className={css.nothing} role="status">
        {words.sessions.readingOne}
      </p>
    );
  return (
    <div className={css.nothing} role="alert">
      <p>
        {words.sessions.oneFailed} {wording(error?.code ?? "internal")}
      </p>
      <Button size="small" onClick={replays.readOn}>
        {words.sessions.again}
      </Button>
    </div>
  );
}

interface HeadProps {
  readonly replay: Replay;
  readonly gateway: ConsoleState["gateway"];
  readonly isReached: boolean;
}

function Head({ replay: { id, session }, gateway, isReached }: HeadProps) {
  const { bridge, clock } = useModel();
  const nowMs = useStore(clock);
  if (session === null) return null;
  const { client, via, connection, name, principal, fromMs, toMs } = session;
  return (
    <div className={css.top}>
      <div className={css.whose}>
        <h2 className={past.title}>
          <Outside text={client ?? via ?? words.sessions.noClient} look="title" foldAt={60} /> {words.sessions.on}{" "}
          <Outside text={connection} look="title" foldAt={60} />
        </h2>
        <p className={past.sub}>
          <Outside text={name ?? principal} foldAt={60} />, {momentSeconds(localTime(gateway, fromMs), nowMs)},{" "}
          {words.sessions.lasted(toMs - fromMs)}
        </p>
      </div>
      <ExportMenu
        id="session-export"
        title={words.sessions.exportTitle}
        isReached={isReached}
        formats={formats}
        save={(format) => bridge.exportMcpSession({ id, format })}
      />
    </div>
  );
}

const formats = [
  { format: "html", name: words.sessions.formats.html, type: "text/html" },
  { format: "jsonl", name: words.sessions.formats.jsonl, type: "application/jsonl" },
] as const;

const ends = ["well", "held", "denied", "failed"] as const;

/** What the line's bars mean. The table says the same of each moment. */
function Legend() {
  return (
    <p className={css.legend} aria-hidden="true">
      {ends.map((end) => (
        <span key={end}>
          <svg width="16" height="8">
            <rect className={css[end]} width="16" y={end === "denied" ? 4 : 0} height={end === "denied" ? 4 : 8} />
          </svg>
          {words.sessions.legend[end]}
        </span>
      ))}
    </p>
  );
}

function Chosen({ replay }: { readonly replay: Replay }) {
  const { replays } = useModel();
  const { moments, place, beside, session } = replay;
  const moment = moments[place];
  if (moment === undefined) return null;
  const first = beside === null ? null : callAmong(moments, beside);
  const { call } = moment.facts;
  const second = call === null || call === beside ? null : callAmong(moments, call);
  if (first !== null && second !== null)
    return <Compare first={first} second={second} beganMs={session?.fromMs ?? 0} />;
  return (
    <>
      {first !== null && (
        <p className={css.comparing} role="status">
          {words.sessions.comparing(words.sessions.entry(first.request.entry))}{" "}
          <Button look="link" size="small" onClick={() => replays.compare(null)}>
            {words.sessions.stop}
          </Button>
        </p>
      )}
      <MomentDetail key={moment.entry} replay={replay} moment={moment} />
    </>
  );
}
