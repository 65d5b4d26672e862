import type { ApprovalContext } from "../../shared/approval-context.ts";
import { Button } from "../parts/Button.tsx";
import { Status } from "../parts/Status.tsx";
import { ago } from "../times.ts";
import { words } from "../words.ts";
import type { Differences } from "./differences.ts";
import css from "./RequestDetail.module.css";

/** From how many held calls near to each other on they are told of. */
const burst = 5;

interface BeforeProps {
  readonly context: ApprovalContext;
  readonly differences: Differences | null;
  /** The gateway's clock. */
  readonly nowMs: number;
}

/** What is unusual about a request, before its payload: how often before, a first time, many at once, and how much differs from the last approved call. */
export function Before({ context, differences, nowMs }: BeforeProps) {
  const { byRequester, byAnyone, around, lastApproved } = context;
  return (
    <dl className={`${css.facts} ${css.wide}`}>
      <dt>{words.context.before}</dt>
      <dd>
        <Often context={context} />
        {around.asked >= burst && (
          <span className={css.flag}>
            <Status tone="warn" icon="clock">
              {words.context.burst(around.asked, around.isWhole, around.withinMs / 60_000)}
            </Status>
          </span>
        )}
        <span className={css.sub}>
          {byAnyone.asked > byRequester.asked && words.context.byAnyone(byAnyone)}
          {words.context.scope}
        </span>
      </dd>
      <dt>{words.context.changes}</dt>
      <dd>
        {lastApproved === null ? (
          words.context.noneApproved
        ) : (
          <Since since={words.context.since(ago(nowMs - lastApproved.createdAtMs))} differences={differences} />
        )}
      </dd>
    </dl>
  );
}

/** In its place while it is being read, so that the payload does not move under the reader. */
export function BeforeUnread() {
  return (
    <dl className={`${css.facts} ${css.wide}`}>
      <dt>{words.context.before}</dt>
      <dd>
        {words.context.reading}
        <span className={css.sub}>{words.context.scope}</span>
      </dd>
      <dt>{words.context.changes}</dt>
      <dd>{words.context.reading}</dd>
    </dl>
  );
}

/** In its place where it could not be read. */
export function BeforeFailed() {
  return (
    <dl className={`${css.facts} ${css.wide}`}>
      <dt>{words.context.before}</dt>
      <dd>
        <span className={css.unread}>{words.context.unread}</span>
      </dd>
    </dl>
  );
}

function Often({ context: { byRequester, byAnyone } }: Pick<BeforeProps, "context">) {
  if (byRequester.asked > 0) return words.context.asked(byRequester);
  if (!byRequester.isWhole) return words.context.notFound;
  const isFirstOfAll = byAnyone.asked === 0 && byAnyone.isWhole;
  return (
    <span className={css.flag}>
      <Status tone="warn" icon="note">
        {isFirstOfAll ? words.context.firstOfAll : words.context.first}
      </Status>
    </span>
  );
}

function Since({ since, differences }: { readonly since: string; readonly differences: Differences | null }) {
  if (differences === null) return <Show />;
  const { changed, added, removed } = differences.counts;
  if (changed + added + removed === 0) return words.context.same;
  return (
    <>
      {words.context.differs(changed, added, removed)}
      {since} <Show />
    </>
  );
}

function Show() {
  return (
    <Button look="link" size="small" onClick={() => document.getElementById("changes-title")?.focus()}>
      {words.context.show}
    </Button>
  );
}
