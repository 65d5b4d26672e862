import { useState } from "react";
import type { SessionView } from "../../shared/audit-sessions.ts";
import type { ConsoleState } from "../../shared/console.ts";
import list from "../inbox/RequestList.module.css";
import panes from "../inbox/panes.module.css";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { Reading } from "../parts/Reading.tsx";
import { useStore } from "../store.ts";
import { localTime, moment } from "../times.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import type { Listed, Wanted } from "./replayed.ts";
import css from "./Sessions.module.css";

const hads = ["", "held", "denied", "failed"] as const;

interface SessionListProps {
  readonly listed: Listed;
  readonly chosen: string | null;
  readonly state: ConsoleState;
}

/** Which sessions there were, those that began last first. */
export function SessionList({ listed, chosen, state }: SessionListProps) {
  const { replays } = useModel();
  const { sessions, next, at, error, indexed, entries } = listed;
  return (
    <section className={panes.list} aria-labelledby="sessions-title">
      <div className={list.head}>
        <h1 id="sessions-title" className={css.title}>
          {words.sessions.title}
        </h1>
        <Choice wanted={listed.wanted} connections={state.connections} />
      </div>
      <div className={css.scroll}>
        {at === "failed" && (
          <Band tone="bad" icon="fail" action={<Again />}>
            {words.sessions.failed} {wording(error?.code ?? "internal")}
          </Band>
        )}
        {at === "read" && indexed < entries && (
          <Band tone="warn" icon="clock" action={<Again />}>
            {words.sessions.indexing(indexed, entries)}
          </Band>
        )}
        {sessions.length === 0 ? (
          <Nothing listed={listed} />
        ) : (
          <ul className={css.sessions} aria-label={words.sessions.list}>
            {sessions.map((session) => (
              <li key={session.id}>
                <Row session={session} isChosen={session.id === chosen} gateway={state.gateway} />
              </li>
            ))}
          </ul>
        )}
        {sessions.length > 0 && (
          <div className={css.foot}>
            <span role="status">
              {at === "reading older"
                ? words.sessions.loadingOlder
                : words.sessions.found(sessions.length, next === null)}
            </span>
            {next !== null && (
              <Button size="small" disabled={at !== "read"} onClick={replays.older}>
                {words.sessions.older}
              </Button>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function Again() {
  const { replays } = useModel();
  return (
    <Button size="small" onClick={() => replays.look()}>
      {words.sessions.again}
    </Button>
  );
}

interface ChoiceProps {
  readonly wanted: Wanted;
  readonly connections: ConsoleState["connections"];
}

/** Enter looks for a person: each look is recorded, so that none is made for half a name. */
function Choice({ wanted, connections }: ChoiceProps) {
  const { replays } = useModel();
  const [person, setPerson] = useState(wanted.person);
  return (
    <>
      <search className={list.field}>
        <Icon name="search" />
        <input
          type="search"
          aria-label={words.sessions.person}
          placeholder={words.sessions.personHint}
          autoComplete="off"
          maxLength={200}
          value={person}
          onChange={({ target }) => setPerson(target.value)}
          onKeyDown={({ key }) => {
            if (key === "Enter") replays.look({ person });
          }}
        />
      </search>
      <div className={list.filters}>
        <select
          aria-label={words.sessions.connection}
          value={wanted.connection}
          onChange={({ target }) => replays.look({ connection: target.value })}
        >
          <option value="">{words.sessions.anyConnection}</option>
          {connections.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select
          aria-label={words.sessions.had}
          value={wanted.had}
          onChange={({ target }) => replays.look({ had: hads.find((each) => each === target.value) ?? "" })}
        >
          {hads.map((each) => (
            <option key={each} value={each}>
              {words.sessions.hads[each]}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}

function Nothing({ listed: { at, wanted } }: { readonly listed: Listed }) {
  if (at === "failed") return null;
  if (at !== "read") return <Reading says={words.sessions.reading} />;
  if (wanted.person !== "" || wanted.connection !== "" || wanted.had !== "")
    return (
      <p className={css.note} role="status">
        {words.sessions.nothingFound}
      </p>
    );
  return <p className={css.note}>{words.sessions.none}</p>;
}

interface RowProps {
  readonly session: SessionView;
  readonly isChosen: boolean;
  readonly gateway: ConsoleState["gateway"];
}

function Row({ session, isChosen, gateway }: RowProps) {
  const { replays, clock } = useModel();
  const { id, client, via, connection, name, principal, principalKind, fromMs, toMs, calls, held, denied, failed } =
    session;
  const nowMs = useStore(clock);
  const counts = [
    words.sessions.calls(calls),
    held > 0 ? words.sessions.held(held) : null,
    denied > 0 ? words.sessions.denied(denied) : null,
    failed > 0 ? words.sessions.failedCalls(failed) : null,
  ].filter((each) => each !== null);
  return (
    <button
      type="button"
      className={css.session}
      aria-current={isChosen ? "true" : undefined}
      onClick={() => replays.open(id)}
    >
      <span className={css.top}>
        <span className={css.client}>
          <OutsideLine text={client ?? via ?? words.sessions.noClient} look="name" />
        </span>
        <span className={css.when}>{moment(localTime(gateway, fromMs), nowMs)}</span>
      </span>
      <span className={css.second}>
        <OutsideLine text={name ?? principal} />
        {principalKind === "service" && ` (${words.sessions.service})`} {words.sessions.on}{" "}
        <OutsideLine text={connection} />
      </span>
      <span className={css.second}>
        {counts.join(", ")}, {words.sessions.lasted(toMs - fromMs)}
      </span>
    </button>
  );
}
