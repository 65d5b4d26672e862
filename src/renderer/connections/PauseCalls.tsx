import { pauseLengths } from "../../shared/pause-lengths.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import page from "../parts/page.module.css";
import text from "../parts/text.module.css";

/** Stops calls on this computer, for as long as the tray's menu offers too. */
export function PauseCalls() {
  const { bridge } = useModel();
  return (
    <span role="group" aria-label={words.pause.pause} className={page.pause}>
      <span className={text.two}>{words.pause.pause}</span>
      {pauseLengths.map((forMinutes) => (
        <Button key={forMinutes} size="small" onClick={() => void bridge.pause({ forMinutes })}>
          {words.pause.lengths[`${forMinutes}`]}
        </Button>
      ))}
    </span>
  );
}
