import type { ProfilesView } from "../../shared/profiles.ts";
import css from "../frame/Devices.module.css";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";

const said = words.gateways;

/** The gateways in the account's menu: which is open, and the way to each other. */
export function ProfilesMenu({ profiles }: { readonly profiles: ProfilesView }) {
  const { bridge, page } = useModel();
  return (
    <section className={css.devices} aria-label={said.menu}>
      <h3>{said.menu}</h3>
      <ul>
        {profiles.all.map(({ id, name, isOpen, fault }) => (
          <li key={id}>
            <Outside text={name} foldAt={40} />
            <small>{fault !== null ? said.broken : isOpen ? said.open : ""}</small>
            {!isOpen && (
              <Button
                size="small"
                look="quiet"
                label={said.openOf(spoken(name, 40))}
                onClick={() => void bridge.desktop?.openProfile({ id })}
              >
                {said.enter}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button size="small" look="quiet" onClick={() => page.set("gateways")}>
        {said.manage}
      </Button>
    </section>
  );
}
