import type { ConsoleState } from "../../shared/console.ts";
import { useArrival } from "../parts/arrival.ts";
import { Outside } from "../parts/Outside.tsx";
import { Status } from "../parts/Status.tsx";
import { clockTime } from "../times.ts";
import { words } from "../words.ts";
import page from "../parts/page.module.css";

const said = words.gateway;

/** Why the gateway is not reached, what that means, and what to do about it. */
export function GatewayTrouble({ gateway }: { readonly gateway: ConsoleState["gateway"] }) {
  const heading = useArrival("gateway");
  const { trouble, origin, sinceMs, link } = gateway;
  return (
    <section aria-label={said.title}>
      <div className={page.head}>
        <h2 ref={heading} tabIndex={-1}>
          {said.title}
        </h2>
        <Status tone="warn" icon="off">
          {link === "connecting" ? said.connecting : said.since(clockTime(sinceMs))}
        </Status>
      </div>
      <dl className={page.facts}>
        <dt>{said.address}</dt>
        <dd>
          <Outside text={origin} look="code" />
        </dd>
        <dt>{said.why}</dt>
        <dd>
          {trouble === null ? said.unknown : said.trouble[trouble.kind].why}
          {trouble !== null && (
            <>
              {" "}
              <Outside text={trouble.detail} look="code" />
            </>
          )}
        </dd>
        <dt>{said.cure}</dt>
        <dd>{trouble === null ? said.wait : said.trouble[trouble.kind].cure}</dd>
        <dt>{said.meanwhile}</dt>
        <dd>{said.effect}</dd>
      </dl>
    </section>
  );
}
