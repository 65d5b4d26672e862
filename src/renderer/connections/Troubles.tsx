import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { words } from "../words.ts";
import page from "../parts/page.module.css";
import table from "../parts/table.module.css";
import text from "../parts/text.module.css";
import css from "./Troubles.module.css";

/** The last errors between clients and the gateway, each with its cure; nothing where there were none. */
export function Troubles({ state: { traffic, clients } }: { readonly state: ConsoleState }) {
  const nowMs = useStore(useModel().clock);
  if (traffic.troubles.length === 0) return null;
  const { troubleColumns } = words.traffic;
  const nameOf = (id: string) => clients.find((client) => client.id === id)?.name ?? words.traffic.removed;
  return (
    <>
      <div className={`${page.head} ${page.second}`}>
        <h2>{words.traffic.troubles}</h2>
        <span className={text.three}>{words.traffic.troublesNote}</span>
      </div>
      <div className={table.scroll}>
        <table className={table.table} aria-label={words.traffic.troubles}>
          <thead>
            <tr>
              <th>{troubleColumns.time}</th>
              <th>{troubleColumns.client}</th>
              <th className={table.loose}>{troubleColumns.connection}</th>
              <th className={css.whatColumn}>{troubleColumns.what}</th>
            </tr>
          </thead>
          <tbody>
            {traffic.troubles.map(({ id, atMs, client, connection, message, times }) => (
              <tr key={id}>
                <td className={table.time}>{moment(atMs, nowMs)}</td>
                <td>
                  <Outside text={client === null ? words.traffic.stranger : nameOf(client)} />
                </td>
                <td className={table.loose}>
                  {connection === null ? words.traffic.nowhere : <Outside text={connection} look="code" />}
                </td>
                <td className={text.two}>
                  <Outside text={message} foldAt={400} /> {times > 1 && words.traffic.times(times)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
