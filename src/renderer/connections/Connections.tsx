import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Status } from "../parts/Status.tsx";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Clients } from "./Clients.tsx";
import { ConnectionTable } from "./ConnectionTable.tsx";
import css from "./page.module.css";

/** What this person may reach, at which address of this computer, and which programs may use it. */
export function Connections({ state }: { readonly state: ConsoleState }) {
  const { bridge } = useModel();
  return (
    <main className={css.page}>
      <div className={css.head}>
        <h1>{words.connections.title}</h1>
        <Tunnel tunnel={state.tunnel} />
        {state.tunnel.state === "open" && state.pause === null && (
          <Button size="small" onClick={() => void bridge.pause({ forMinutes: null })}>
            {words.pause.pause}
          </Button>
        )}
      </div>
      {state.tunnel.state === "failed" && <p className={css.under}>{wording(state.tunnel.error.code)}</p>}
      <ConnectionTable connections={state.connections} />
      <Clients clients={state.clients} />
    </main>
  );
}

function Tunnel({ tunnel }: { readonly tunnel: ConsoleState["tunnel"] }) {
  if (tunnel.state !== "open") {
    const isClosed = tunnel.state === "closed";
    return (
      <Status tone={isClosed ? "none" : "bad"} icon={isClosed ? "ring" : "off"}>
        {words.connections[tunnel.state]}
      </Status>
    );
  }
  return (
    <Status tone="ok" icon="dot">
      <span className={css.two}>
        {words.connections.open}
        {tunnel.addresses.map((address, index) => (
          <span key={address}>
            {index > 0 && words.connections.and}
            <code>{address}</code>
          </span>
        ))}
      </span>
    </Status>
  );
}
