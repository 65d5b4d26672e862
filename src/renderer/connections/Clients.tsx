import type { ClientView } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { useArrival } from "../parts/arrival.ts";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { words } from "../words.ts";
import css from "./page.module.css";

const { columns } = words.clients;

/** The MCP client programs that hold a token of this profile, and how to add one. */
export function Clients({ clients }: { readonly clients: readonly ClientView[] }) {
  const nowMs = useStore(useModel().clock);
  const heading = useArrival("clients");
  return (
    <>
      <div className={`${css.head} ${css.second}`}>
        <h2 ref={heading} tabIndex={-1}>
          {words.clients.title}
        </h2>
        <span className={css.three}>{words.clients.note}</span>
      </div>
      {clients.length === 0 ? (
        <p className={css.under}>{words.clients.empty}</p>
      ) : (
        <div className={css.scroll}>
          <table className={css.table} aria-label={words.clients.title}>
            <thead>
              <tr>
                <th className={css.nameColumn}>{columns.name}</th>
                <th className={css.addedColumn}>{columns.added}</th>
                <th>{columns.used}</th>
              </tr>
            </thead>
            <tbody>
              {clients.map((client) => (
                <tr key={client.id}>
                  <td>
                    <Outside text={client.name} />
                  </td>
                  <td className={css.two}>{moment(client.createdAtMs, nowMs)}</td>
                  <td className={css.two}>
                    {client.lastUsedAtMs === null ? words.clients.never : moment(client.lastUsedAtMs, nowMs)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className={css.under}>
        {words.clients.how} <code>{words.clients.setUp}</code> {words.clients.howElse}{" "}
        <code>{words.clients.command}</code> {words.clients.howThen}
      </p>
    </>
  );
}
