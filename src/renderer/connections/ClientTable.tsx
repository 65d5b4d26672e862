import type { ClientView, ConsoleState } from "../../shared/console.ts";
import type { SetupView } from "../../shared/setup.ts";
import { words } from "../words.ts";
import { ClientRow } from "./ClientRow.tsx";
import css from "./page.module.css";
import rows from "./setup.module.css";
import { TokenRow } from "./TokenRow.tsx";

const { columns } = words.clients;

interface ClientTableProps {
  readonly views: readonly SetupView[];
  /** Clients that were not set up in a file. */
  readonly others: readonly ClientView[];
  readonly traffic: ConsoleState["traffic"];
  readonly onChange: () => void;
}

/** A row for each program's installation and for each client with a token of its own. */
export function ClientTable({ views, others, traffic, onChange }: ClientTableProps) {
  return (
    <div className={css.scroll}>
      <table className={`${css.table} ${rows.folding}`} aria-label={words.clients.title}>
        <thead>
          <tr>
            <th className={css.nameColumn}>{columns.name}</th>
            <th className={css.loose}>{columns.file}</th>
            <th className={rows.stateColumn}>{columns.state}</th>
            <th>{columns.event}</th>
            <th className={`${rows.number} ${css.loose}`}>{columns.calls}</th>
            <th className={rows.number}>{columns.action}</th>
          </tr>
        </thead>
        <tbody>
          {views.map((view) => (
            <ClientRow key={view.file} view={view} traffic={traffic} onChange={onChange} />
          ))}
          {others.map((client) => (
            <TokenRow key={client.id} client={client} traffic={traffic} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
