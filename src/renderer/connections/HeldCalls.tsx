import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { clockTime, localTime } from "../times.ts";
import { words } from "../words.ts";
import css from "./page.module.css";
import rows from "./setup.module.css";

/** One's own calls that wait: for a decision, for their client to come back, or for their answer. */
export function heldOf({ approvals }: Pick<ConsoleState, "approvals">): readonly ApprovalView[] {
  return approvals.filter(({ state, relation }) => relation === "requester" && isHeld(state));
}

/** The held calls of this person's clients with their state; nothing where there are none. */
export function HeldCalls({ state }: { readonly state: ConsoleState }) {
  const { page, own } = useModel();
  const held = heldOf(state);
  if (held.length === 0) return null;
  const show = (id: string) => {
    own.set({ id, isOpen: true });
    page.set("requests");
  };
  const { heldColumns } = words.traffic;
  return (
    <>
      <div className={`${css.head} ${css.second}`}>
        <h2>{words.traffic.held}</h2>
        <span className={css.three}>{words.traffic.heldNote}</span>
      </div>
      <div className={css.scroll}>
        <table className={css.table} aria-label={words.traffic.held}>
          <thead>
            <tr>
              <th>{heldColumns.call}</th>
              <th className={css.loose}>{heldColumns.client}</th>
              <th>{heldColumns.state}</th>
            </tr>
          </thead>
          <tbody>
            {held.slice(0, mostShown).map((approval) => (
              <tr key={approval.id}>
                <td>
                  <Outside text={approval.tool} look="name" />
                  {words.traffic.on}
                  <Outside text={approval.connection} look="code" />
                </td>
                <td className={`${css.two} ${css.loose}`}>
                  <Outside text={clientOf(approval)} />
                </td>
                <td className={css.two}>{waitsFor(approval, state.gateway)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={`${css.under} ${rows.bar}`}>
        <Button size="small" onClick={() => show(held[0]?.id ?? "")}>
          {words.traffic.show}
        </Button>
      </p>
    </>
  );
}

const mostShown = 20;

function isHeld(state: ApprovalView["state"]): boolean {
  return state === "pending" || state === "approved" || state === "claimed";
}

function clientOf({ client }: ApprovalView): string {
  return client === null ? words.traffic.unknownClient : `${client.name} ${client.version}`.trim();
}

function waitsFor({ state, expiresAtMs }: ApprovalView, gateway: ConsoleState["gateway"]): string {
  if (state === "pending") return words.traffic.waits(clockTime(localTime(gateway, expiresAtMs)));
  return state === "approved" ? words.traffic.approved : words.traffic.running;
}
