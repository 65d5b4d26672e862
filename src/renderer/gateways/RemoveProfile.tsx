import { useState } from "react";
import type { RemovalView } from "../../shared/profiles.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./Gateways.module.css";

const said = words.gateways.removal;

interface RemoveProfileProps {
  readonly what: RemovalView;
  readonly onRemove: () => Promise<void>;
  readonly onKeep: () => void;
}

/** What goes with a profile, named one by one before it goes. */
export function RemoveProfile({ what, onRemove, onKeep }: RemoveProfileProps) {
  const [isGoing, setGoing] = useState(false);
  const remove = async () => {
    setGoing(true);
    await onRemove();
  };
  return (
    <div role="group" aria-label={said.title(spoken(what.name, 60))} className={css.removal}>
      <p>{said.title(spoken(what.name, 60))}</p>
      <ul>
        <li>{said.session}</li>
        {what.entries.map(({ name, file }) => (
          <li key={file}>
            {said.entry(name)} <Outside text={file} look="codeSmall" />
          </li>
        ))}
        <li>
          {said.folder} <Outside text={what.folder} look="codeSmall" />
        </li>
      </ul>
      <div className={css.line}>
        <Button size="small" look="strong" disabled={isGoing} onClick={() => void remove()}>
          {isGoing ? said.working : said.sure}
        </Button>
        <Button size="small" disabled={isGoing} onClick={onKeep}>
          {words.gateways.keep}
        </Button>
      </div>
    </div>
  );
}
