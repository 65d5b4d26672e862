import type { ConsoleState } from "../../shared/console.ts";
import type { GrantView } from "../../shared/grant.ts";
import { useModel } from "../model.ts";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { localTime, moment } from "../times.ts";
import { words } from "../words.ts";
import { Constraints } from "./GrantSentence.tsx";
import { Revoke } from "./Revoke.tsx";
import page from "../parts/page.module.css";
import table from "../parts/table.module.css";
import text from "../parts/text.module.css";
import css from "./GrantTable.module.css";

interface GrantTableProps {
  readonly title: string;
  readonly grants: readonly GrantView[];
  readonly gateway: ConsoleState["gateway"];
  readonly mayRevoke: boolean;
}

const { columns } = words.grants;

/** Grants that are one thing to the reader; nothing where there are none. */
export function GrantTable({ title, grants, gateway, mayRevoke }: GrantTableProps) {
  if (grants.length === 0) return null;
  return (
    <>
      <div className={`${page.head} ${page.second}`}>
        <h2>{title}</h2>
      </div>
      <div className={table.scroll}>
        <table className={`${table.table} ${css.table}`} aria-label={title}>
          <thead>
            <tr>
              <th className={css.call}>{columns.call}</th>
              <th className={css.who}>{columns.who}</th>
              <th className={css.bound}>{columns.bound}</th>
              <th className={css.used}>{columns.used}</th>
              <th className={css.ends}>{columns.ends}</th>
              <th className={css.by}>{columns.by}</th>
              <th className={css.state}>{columns.state}</th>
            </tr>
          </thead>
          <tbody>
            {grants.map((grant) => (
              <Row key={grant.id} grant={grant} gateway={gateway} mayRevoke={mayRevoke} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface RowProps {
  readonly grant: GrantView;
  readonly gateway: ConsoleState["gateway"];
  readonly mayRevoke: boolean;
}

function Row({ grant, gateway, mayRevoke }: RowProps) {
  const nowMs = useStore(useModel().clock);
  const { relation, principal, by, tool, connection, constraints, uses, mostUses, endsAtMs, state, end } = grant;
  return (
    <tr>
      <td>
        <Outside text={tool} look="name" foldAt={80} />
        {words.request.on}
        <Outside text={connection} look="code" />
      </td>
      <td>{relation === "holder" ? words.grants.you : <Outside text={principal.name} foldAt={60} />}</td>
      <td className={text.two}>
        {constraints.length === 0 ? words.grants.noArguments : <Constraints of={constraints} />}
      </td>
      <td className={css.tight} data-label={columns.used}>
        {words.grants.used(uses, mostUses)}
      </td>
      <td className={`${text.two} ${css.tight}`} data-label={columns.ends}>
        {moment(localTime(gateway, end?.atMs ?? endsAtMs), nowMs)}
      </td>
      <td className={`${text.two} ${css.by}`}>
        <Outside text={by.name} foldAt={60} />
      </td>
      <td>
        {state === "live" && relation !== "observer" ? (
          <Revoke grant={grant} mayRevoke={mayRevoke} />
        ) : (
          words.grants.states[state]
        )}
      </td>
    </tr>
  );
}
