import { Fragment } from "react";
import type { AuditEntry } from "../../shared/audit-entry.ts";
import facts from "../inbox/RequestDetail.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./Search.module.css";
import type { FactName } from "./sought.ts";

const names = words.search.facts;

/** Who did it and by which way, and how it was judged; what can be searched for alone is a press away. */
export function EntryFacts({ entry: { facts: said, names: known } }: { readonly entry: AuditEntry }) {
  const { principal, principalKind, by } = said;
  const nameOf = (id: string) => known[id] ?? (id === principal ? said.name : null) ?? id;
  const person = principalKind === "service" ? "service" : "person";
  return (
    <>
      {(principal !== null || by !== null) && (
        <section>
          <h3>{words.search.who}</h3>
          <dl className={facts.facts}>
            {by !== null && <Fact name={names.by} fact="person" value={by} shown={nameOf(by)} />}
            {principal !== null && <Fact name={names.name} fact={person} value={principal} shown={nameOf(principal)} />}
            {principal !== null && <Fact name={names.id} value={principal} />}
            <Fact name={names.client} fact="client" value={said.client} />
            <Fact name={names.device} fact="device" value={said.device} />
            <Fact name={names.address} fact="address" value={said.address} />
            <Fact name={names.session} fact="session" value={said.session} />
          </dl>
        </section>
      )}
      {isJudged(said) && (
        <section>
          <h3>{words.search.judged}</h3>
          <dl className={facts.facts}>
            <Fact name={names.method} value={said.method} />
            <Fact name={words.search.names.tool} fact="tool" value={said.tool} />
            <Fact name={words.search.names.connection} fact="connection" value={said.connection} />
            <Fact name={names.rule} fact="rule" value={said.rule} />
            <Fact name={names.effect} fact="effect" value={said.effect} />
            <Fact name={names.outcome} fact="outcome" value={said.outcome} />
            {said.ms !== null && <Fact name={names.took} value={words.search.took(said.ms)} isOurs />}
            {said.bytes !== null && <Fact name={names.size} value={words.search.size(said.bytes)} isOurs />}
          </dl>
        </section>
      )}
    </>
  );
}

/** Whether there is anything to say of it: of a look into the ledger there isn't. */
function isJudged({ method, tool, connection, rule, effect, outcome, ms, bytes }: AuditEntry["facts"]): boolean {
  return [method, tool, connection, rule, effect, outcome, ms, bytes].some((each) => each !== null);
}

interface FactProps {
  readonly name: string;
  readonly value: string | null;
  /** Where it stands for an id that nobody knows by heart. */
  readonly shown?: string;
  /** What it can be searched for as. */
  readonly fact?: FactName;
  readonly isOurs?: boolean;
}

function Fact({ name, value, shown = value ?? "", fact, isOurs = false }: FactProps) {
  const { search } = useModel();
  if (value === null) return null;
  return (
    <Fragment>
      <dt>{name}</dt>
      <dd className={css.fact}>
        {isOurs ? shown : <Outside text={shown} look={shown === value ? "codeSmall" : "plain"} foldAt={80} />}
        {fact !== undefined && (
          <Button
            look="link"
            size="small"
            label={words.search.only(spoken(shown, 40))}
            onClick={() => search.narrow(fact, value)}
          >
            {words.search.filter}
          </Button>
        )}
      </dd>
    </Fragment>
  );
}
