import { pauseLengths } from "../../shared/pause-lengths.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import css from "./page.module.css";

/** Stops calls on this computer, for as long as the tray's menu offers too. */
export function PauseCalls() {
  const { bridge } = useModel();
  return (
    <span role="group" aria-label={words.pause.pause} className={css.pause}>
      <span className={css.two}>{words.pause.pause}</span>
      {pauseLengths.map((forMinutes) => (
        <Button key={forMinutes} size="small" onClick={() => void bridge.pause({ forMinutes })}>
          {words.pause.lengths[`${forMinutes}`]}
        </Button>
      ))}
    </span>
  );
}
