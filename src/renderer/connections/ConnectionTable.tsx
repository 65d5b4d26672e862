import type { ConsoleState } from "../../shared/console.ts";
import { heldCalls } from "../../shared/held.ts";
import { sumOf, type TrafficLine } from "../../shared/traffic.ts";
import { useModel } from "../model.ts";
import { CopyButton, copyText } from "../parts/CopyButton.tsx";
import type { IconName } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { Calls } from "./Calls.tsx";
import page from "../parts/page.module.css";
import table from "../parts/table.module.css";
import text from "../parts/text.module.css";
import css from "./connection-table.module.css";

type Connection = ConsoleState["connections"][number];

const { columns } = words.connections;
const states = {
  ready: { tone: "ok", icon: "dot" },
  unknown: { tone: "none", icon: "ring" },
  failed: { tone: "bad", icon: "off" },
} as const satisfies Record<Connection["state"], { tone: string; icon: IconName }>;

/** Each connection with its local address, to be copied into an MCP client. */
export function ConnectionTable({ state }: { readonly state: ConsoleState }) {
  const { connections, traffic } = state;
  const nowMs = useStore(useModel().clock);
  const held = heldCalls(state);
  if (connections.length === 0) return <p className={page.under}>{words.connections.empty}</p>;
  return (
    <>
      <div className={table.scroll}>
        <table className={`${table.table} ${table.folding} ${css.lines}`} aria-label={words.connections.title}>
          <thead>
            <tr>
              <th className={table.nameColumn}>{columns.name}</th>
              <th className={table.loose}>{columns.server}</th>
              <th className={css.addressColumn}>{columns.address}</th>
              <th className={css.stateColumn}>{columns.state}</th>
              <th className={`${css.transportColumn} ${table.loose}`}>{columns.transport}</th>
              <th className={`${table.number} ${table.loose}`}>{columns.calls}</th>
              <th className={`${table.number} ${table.loose}`}>{columns.held}</th>
              <th className={`${table.number} ${table.loose}`}>{columns.last}</th>
            </tr>
          </thead>
          <tbody>
            {connections.map((connection) => (
              <Row
                key={connection.name}
                connection={connection}
                lines={traffic.lines.filter((line) => line.connection === connection.name)}
                held={held.filter(({ approval }) => approval.connection === connection.name).length}
                nowMs={nowMs}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className={page.under}>
        <span>{words.connections.under}</span> <span>{words.connections.since(moment(traffic.sinceMs, nowMs))}</span>
      </p>
    </>
  );
}

interface RowProps {
  readonly connection: Connection;
  readonly lines: readonly TrafficLine[];
  /** How many calls of this person are held there. */
  readonly held: number;
  readonly nowMs: number;
}

function Row({ connection, lines, held, nowMs }: RowProps) {
  const { lastAtMs } = sumOf(lines);
  const { name, server, state, transport, title } = connection;
  return (
    <tr>
      <td>
        <Outside text={name} look="name" />
      </td>
      <td className={`${text.two} ${table.loose}`}>
        <Outside text={title ?? (server ? `${server.name} ${server.version}` : words.connections.noServer)} />
      </td>
      <td>
        <Address connection={connection} />
      </td>
      <td>
        <Status tone={states[state].tone} icon={states[state].icon}>
          {state === "unknown" && lastAtMs !== null ? words.connections.idle : words.connections.state[state]}
        </Status>
      </td>
      <td className={`${text.two} ${table.loose}`}>{words.connections.transport[transport]}</td>
      <td className={`${table.number} ${table.loose}`}>
        <Calls lines={lines} />
      </td>
      <td className={`${table.number} ${table.loose}`}>{held}</td>
      <td className={`${table.number} ${text.two} ${table.loose}`}>
        {lastAtMs === null ? words.connections.none : moment(lastAtMs, nowMs)}
      </td>
    </tr>
  );
}

function Address({ connection: { name, url } }: { readonly connection: Connection }) {
  const { bridge } = useModel();
  if (url === null) return <span className={text.three}>{words.connections.noAddress}</span>;
  const copy = async () => {
    const answer = await bridge.copyAddress({ name });
    if (!answer.ok) return false;
    return answer.value.copied || copyText(answer.value.url);
  };
  const end = url.lastIndexOf("/") + 1;
  return (
    <span className={css.address}>
      <code>
        <span className={text.three}>{url.slice(0, end)}</span>
        <Outside text={url.slice(end)} look="code" />
      </code>
      <CopyButton label={words.connections.copy(spoken(name))} copy={copy} />
    </span>
  );
}
