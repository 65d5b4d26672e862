import { risk as risks } from "../../shared/approval.ts";
import type { AuditEntry } from "../../shared/audit-entry.ts";
import type { AuditLine } from "../../shared/audit-search.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { erasedWords } from "../../shared/erasure.ts";
import { visible } from "../../shared/visible.ts";
import past from "../history/History.module.css";
import { Payload } from "../inbox/Payload.tsx";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { RiskMark } from "../parts/RiskMark.tsx";
import { useStore } from "../store.ts";
import { localTime, momentSeconds } from "../times.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { payloadOf } from "./entry-payload.ts";
import { EntryFacts } from "./EntryFacts.tsx";
import { kindWord } from "./kind-word.ts";
import { LeafFacts } from "./LeafFacts.tsx";
import css from "./Search.module.css";
import type { Sought } from "./sought.ts";
import { Together } from "./Together.tsx";

type Gateway = ConsoleState["gateway"];

interface EntryDetailProps {
  readonly sought: Sought;
  readonly gateway: Gateway;
}

/** The chosen entry whole: who, how it was judged, what else its call left, the masked body, and where the tree has it. */
export function EntryDetail({ sought: { chosen, detail, lines }, gateway }: EntryDetailProps) {
  const { search } = useModel();
  const got = detail !== null && detail.entry === chosen?.entry ? detail.got : null;
  const line = got !== null && "leaf" in got ? got : lines.find(({ entry }) => entry === chosen?.entry);
  return (
    <aside className={past.side} aria-label={words.search.selected}>
      <div className={`${past.back} ${css.back}`}>
        <Button look="quiet" size="small" onClick={search.back}>
          <Icon name="back" />
          {words.search.back}
        </Button>
      </div>
      {chosen === null && <p className={past.note}>{words.search.choose}</p>}
      {line !== undefined && <Head line={line} gateway={gateway} />}
      {chosen !== null && got === null && (
        <p className={past.note} role="status">
          {words.search.reading}
        </p>
      )}
      {got !== null && "code" in got && (
        <p className={past.note} role="alert">
          {wording(got.code)}
        </p>
      )}
      {got !== null && "leaf" in got && <Whole entry={got} gateway={gateway} />}
    </aside>
  );
}

function Head({ line: { kind, atMs, facts }, gateway }: { readonly line: AuditLine; readonly gateway: Gateway }) {
  const when = momentSeconds(localTime(gateway, atMs), useStore(useModel().clock));
  const risk = risks.safeParse(facts.risk);
  const called = facts.tool ?? facts.method;
  return (
    <>
      <div className={past.marks}>
        <Outside text={kindWord(kind)} />
        {risk.success && <RiskMark risk={risk.data} />}
      </div>
      {called !== null && (
        <h2 className={past.title}>
          <Outside text={called} look="title" foldAt={80} />
          {facts.connection !== null && (
            <>
              {words.request.on}
              <Outside text={facts.connection} look="title" foldAt={80} />
            </>
          )}
        </h2>
      )}
      <p className={past.sub}>{words.search.at(when)}</p>
    </>
  );
}

function Whole({ entry, gateway }: { readonly entry: AuditEntry; readonly gateway: Gateway }) {
  const payload = payloadOf(entry.body);
  return (
    <>
      <EntryFacts entry={entry} />
      {entry.together.length > 1 && <Together entry={entry} gateway={gateway} />}
      {payload === null ? <NoBody body={entry.body} erasure={entry.erasure} /> : <Payload payload={payload} />}
      <LeafFacts entry={entry} />
    </>
  );
}

function NoBody({ body, erasure }: Pick<AuditEntry, "body" | "erasure">) {
  if (erasure !== undefined)
    return <p className={past.note}>{visible(words.search.erased(erasedWords(erasure), erasure.record))}</p>;
  if (body.state !== "part") return <p className={past.note}>{words.search.gone}</p>;
  return (
    <section>
      <p className={past.note}>
        {words.search.long(body.length)} <code>{words.search.longCommand}</code>
      </p>
      <Outside text={body.text} look="codeSmall" foldAt={2000} />
    </section>
  );
}
