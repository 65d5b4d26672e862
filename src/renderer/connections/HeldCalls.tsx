import type { ConsoleState } from "../../shared/console.ts";
import { heldCalls, type HeldCall } from "../../shared/held.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { clockTime, localTime } from "../times.ts";
import { words } from "../words.ts";
import page from "../parts/page.module.css";
import setup from "./setup.module.css";
import table from "../parts/table.module.css";
import text from "../parts/text.module.css";

/** The held calls of this person's clients with their state; nothing where there are none. */
export function HeldCalls({ state }: { readonly state: ConsoleState }) {
  const { page: shownPage, own } = useModel();
  const held = heldCalls(state);
  if (held.length === 0) return null;
  const show = (id: string) => {
    own.set({ id, isOpen: true });
    shownPage.set("requests");
  };
  const { heldColumns } = words.traffic;
  return (
    <>
      <div className={`${page.head} ${page.second}`}>
        <h2>{words.traffic.held}</h2>
        <span className={text.three}>{words.traffic.heldNote}</span>
      </div>
      <div className={table.scroll}>
        <table className={table.table} aria-label={words.traffic.held}>
          <thead>
            <tr>
              <th>{heldColumns.call}</th>
              <th className={table.loose}>{heldColumns.client}</th>
              <th>{heldColumns.state}</th>
            </tr>
          </thead>
          <tbody>
            {held.slice(0, mostShown).map((each) => (
              <tr key={each.approval.id}>
                <td>
                  <Outside text={each.approval.tool} look="name" />
                  {words.traffic.on}
                  <Outside text={each.approval.connection} look="code" />
                </td>
                <td className={`${text.two} ${table.loose}`}>
                  <Outside text={clientOf(each)} />
                </td>
                <td className={text.two}>{waitsFor(each, state.gateway)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={`${page.under} ${setup.bar}`}>
        <Button size="small" onClick={() => show(held[0]?.approval.id ?? "")}>
          {words.traffic.show}
        </Button>
      </p>
    </>
  );
}

const mostShown = 20;

/** Where it came through no client that is known here, as it names itself. */
function clientOf({ client, approval }: HeldCall): string {
  const claimed = approval.client;
  if (client !== null) return client.name;
  return claimed === null ? words.traffic.unknownClient : `${claimed.name} ${claimed.version}`.trim();
}

function waitsFor({ state, approval }: HeldCall, gateway: ConsoleState["gateway"]): string {
  if (state === "waits") return words.traffic.waits(clockTime(localTime(gateway, approval.expiresAtMs)));
  return state === "approved" ? words.traffic.approved : words.traffic.running;
}
