import { useEffect } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { Clients } from "./Clients.tsx";
import { ConnectionTable } from "./ConnectionTable.tsx";
import { GatewayTrouble } from "./GatewayTrouble.tsx";
import { HeldCalls } from "./HeldCalls.tsx";
import { PauseCalls } from "./PauseCalls.tsx";
import { Troubles } from "./Troubles.tsx";
import { TunnelTrouble } from "./TunnelTrouble.tsx";
import page from "../parts/page.module.css";
import text from "../parts/text.module.css";

/** What this person may reach, at which address of this computer, and which programs may use it. */
export function Connections({ state }: { readonly state: ConsoleState }) {
  const { part } = useModel();
  const isReached = state.gateway.link === "online";
  const hasTrouble = state.gateway.link === "offline" || state.gateway.trouble !== null;
  const wanted = useStore(part);
  useEffect(() => {
    // What was asked for came right meanwhile: it must not take the focus at some later time.
    if (isReached && wanted === "gateway") part.set(null);
  }, [isReached, wanted, part]);
  return (
    <main className={page.page}>
      {hasTrouble && state.session.state === "signed-in" && <GatewayTrouble gateway={state.gateway} />}
      <div className={page.head}>
        <h1>{words.connections.title}</h1>
        <Tunnel tunnel={state.tunnel} />
        {state.tunnel.state === "open" && state.pause === null && <PauseCalls />}
      </div>
      {state.tunnel.state === "failed" && <TunnelTrouble error={state.tunnel.error} />}
      <ConnectionTable state={state} />
      <Clients state={state} />
      <HeldCalls state={state} />
      <Troubles state={state} />
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
      <span className={text.two}>
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
