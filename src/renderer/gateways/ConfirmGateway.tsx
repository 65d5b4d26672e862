import { useState } from "react";
import type { ProposalView, WayView } from "../../shared/profiles.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./Gateways.module.css";

const said = words.gateways.confirm;

interface ConfirmGatewayProps {
  readonly proposal: ProposalView;
  readonly onTrust: (way: string) => void;
  readonly onCancel: () => void;
}

/** What would be pinned, whole, and what it means. Nothing is preselected that a person did not read: one way stands alone, several are chosen from. */
export function ConfirmGateway({ proposal, onTrust, onCancel }: ConfirmGatewayProps) {
  const { origin, isDisguised, ways } = proposal;
  const [chosen, choose] = useState(ways[0]?.id ?? "");
  const way = ways.find(({ id }) => id === chosen);
  if (way === undefined) return null;
  return (
    <div className={css.confirm}>
      <h2>{said.title(new URL(origin).host)}</h2>
      {isDisguised && (
        <p role="alert" className={css.refused}>
          {said.disguised}
        </p>
      )}
      {ways.length > 1 && <Ways ways={ways} chosen={chosen} choose={choose} />}
      <Facts origin={origin} way={way} />
      <p>{said.means(spoken(way.issuer, 120), spoken(way.audience, 120), origin)}</p>
      <p className={css.note}>{said.once}</p>
      <div className={css.line}>
        <Button look="primary" size="large" onClick={() => onTrust(way.id)}>
          {said.trust}
        </Button>
        <Button size="large" onClick={onCancel}>
          {said.cancel}
        </Button>
      </div>
    </div>
  );
}

interface WaysProps {
  readonly ways: readonly WayView[];
  readonly chosen: string;
  readonly choose: (id: string) => void;
}

function Ways({ ways, chosen, choose }: WaysProps) {
  return (
    <fieldset className={css.ways}>
      <legend>{said.several}</legend>
      {ways.map(({ id, kind, issuer }) => (
        <label key={id}>
          <input type="radio" name="way" checked={id === chosen} onChange={() => choose(id)} />
          <span>
            {said.kind[kind]}, <Outside text={issuer} look="codeSmall" />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Facts({ origin, way }: { readonly origin: string; readonly way: WayView }) {
  const { kind, issuer, tenant, clientId, audience, ledgerKey } = way;
  const facts: readonly (readonly [string, string])[] = [
    [said.issuer, issuer],
    ...(tenant === null ? [] : [[said.tenant, tenant] as const]),
    [said.client, clientId],
    [said.audience, audience],
    [said.ledger, ledgerKey],
  ];
  return (
    <dl className={css.facts}>
      <dt>{said.gateway}</dt>
      <dd>
        <Outside text={origin} look="code" />
      </dd>
      <dt>{said.provider}</dt>
      <dd>{said.kind[kind]}</dd>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Outside text={value} look="code" />
          </dd>
        </div>
      ))}
    </dl>
  );
}
