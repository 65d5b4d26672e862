import { useState } from "react";
import type { ConsoleInput } from "../../shared/console-calls.ts";
import type { Failure } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import page from "../parts/page.module.css";
import text from "../parts/text.module.css";
import { words } from "../words.ts";
import { wording } from "../wording.ts";

/** Why the tunnel did not open, who holds its port, and the two ways to open it after all. */
export function TunnelTrouble({ error }: { readonly error: Failure }) {
  const { bridge } = useModel();
  const [isOpening, setOpening] = useState(false);
  const open = async (port: ConsoleInput<"tunnel.open">["port"]) => {
    setOpening(true);
    // What came of it is the tunnel's next state.
    await bridge.openTunnel({ port });
    setOpening(false);
  };
  return (
    <>
      <p className={page.under}>
        <span>{wording(error.code)}</span>
        <span className={text.three}>
          <Outside text={error.message} foldAt={400} />
        </span>
      </p>
      <div className={page.under} role="group" aria-label={words.tunnel.title}>
        <Button size="small" disabled={isOpening} onClick={() => void open("same")}>
          {words.tunnel.same}
        </Button>
        <Button size="small" disabled={isOpening} onClick={() => void open("new")}>
          {words.tunnel.other}
        </Button>
        <span>{words.tunnel.afterwards}</span>
      </div>
    </>
  );
}
