import type { ClientView, ConsoleState } from "../../shared/console.ts";
import type { HeldCall } from "../../shared/held.ts";
import type { SetupView } from "../../shared/setup.ts";
import { words } from "../words.ts";
import { ClientRow } from "./ClientRow.tsx";
import { TokenRow } from "./TokenRow.tsx";
import table from "../parts/table.module.css";
import css from "./client-table.module.css";

const { columns } = words.clients;

interface ClientTableProps {
  readonly views: readonly SetupView[];
  /** Clients that were not set up in a file. */
  readonly others: readonly ClientView[];
  readonly traffic: ConsoleState["traffic"];
  readonly held: readonly HeldCall[];
  readonly onChange: () => void;
}

/** A row for each program's installation and for each client with a token of its own. */
export function ClientTable({ views, others, traffic, held, onChange }: ClientTableProps) {
  return (
    <div className={table.scroll}>
      <table className={`${table.table} ${table.folding} ${css.lines}`} aria-label={words.clients.title}>
        <thead>
          <tr>
            <th className={table.nameColumn}>{columns.name}</th>
            <th className={table.loose}>{columns.file}</th>
            <th className={css.stateColumn}>{columns.state}</th>
            <th>{columns.event}</th>
            <th className={`${table.number} ${table.loose}`}>{columns.calls}</th>
            <th className={table.number}>{columns.action}</th>
          </tr>
        </thead>
        <tbody>
          {views.map((view) => (
            <ClientRow
              key={view.file}
              view={view}
              traffic={traffic}
              held={heldBy(held, view.client?.id)}
              onChange={onChange}
            />
          ))}
          {others.map((client) => (
            <TokenRow key={client.id} client={client} traffic={traffic} held={heldBy(held, client.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function heldBy(held: readonly HeldCall[], id: string | undefined): number {
  return held.filter(({ client }) => client !== null && client.id === id).length;
}
