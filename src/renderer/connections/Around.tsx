import { useState } from "react";
import type { SetupView } from "../../shared/setup.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { Status } from "../parts/Status.tsx";
import { words } from "../words.ts";
import page from "../parts/page.module.css";
import css from "./Around.module.css";

/** Servers that clients reach without the gateway: how many at once, which of them one step away. */
export function Around({ views }: { readonly views: readonly SetupView[] }) {
  return views.filter(({ around }) => around.length > 0).map((view) => <Servers key={view.file} view={view} />);
}

function Servers({ view: { name, variant, around } }: { readonly view: SetupView }) {
  const [isOpen, setOpen] = useState(false);
  const client = variant === null ? name : words.clients.variant(name, variant);
  return (
    <>
      <p className={page.under}>
        <Status tone="warn" icon="note">
          {words.around.some(around.length, client)}
        </Status>
        <Button look="link" size="small" expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.around.hide : words.around.show}
        </Button>
      </p>
      {isOpen && (
        <>
          <ul className={css.servers} aria-label={words.around.some(around.length, client)}>
            {around.map((server) => (
              <li key={server.name}>
                <Outside text={server.name} look="name" /> <Outside text={server.at} look="code" />
              </li>
            ))}
          </ul>
          <p className={page.under}>{words.around.note}</p>
        </>
      )}
    </>
  );
}
