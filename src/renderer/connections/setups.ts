import { useCallback, useEffect, useRef, useState } from "react";
import type { ErrorCode } from "../../shared/errors.ts";
import type { SetupView } from "../../shared/setup.ts";
import { useModel, type Model } from "../model.ts";

/** The client programs of this machine as they were last looked for; what was known stays while they are looked for anew. */
export interface Setups {
  readonly views: readonly SetupView[] | null;
  readonly error: ErrorCode | null;
  readonly look: () => void;
}

/** Looks for them at once, when somebody comes back to the window, and after each change that may have touched them. */
export function useSetups(): Setups {
  const { bridge, view } = useModel();
  const [found, setFound] = useState<Omit<Setups, "look">>({ views: null, error: null });
  const asked = useRef(0);
  const look = useCallback(async () => {
    const turn = (asked.current += 1);
    const answer = await bridge.setups();
    // An answer to an older question may be older than what is shown.
    if (turn !== asked.current) return;
    setFound(({ views }) => (answer.ok ? { views: answer.value, error: null } : { views, error: answer.error.code }));
  }, [bridge]);
  useEffect(() => {
    const again = () => void look();
    again();
    addEventListener("focus", again);
    const stop = view.subscribe(whenOthers(view, again));
    return () => {
      removeEventListener("focus", again);
      stop();
    };
  }, [look, view]);
  return { ...found, look: () => void look() };
}

/** Calls back when other clients are registered or the tunnel is elsewhere: what stands in the files is right or wrong by that. */
function whenOthers(view: Model["view"], changed: () => void): () => void {
  const stateNow = () => {
    const now = view.get();
    return now.at === "live" ? now.state : null;
  };
  let before = stateNow();
  return () => {
    const now = stateNow();
    const isSame = now === null || (now.clients === before?.clients && now.tunnel === before.tunnel);
    before = now ?? before;
    if (!isSame) changed();
  };
}

export type Standing = "off" | "live" | "restart" | "written" | "drifted" | "broken";

/** How a program stands, by its file and by when it last named itself. */
export function standingOf({ state, seen }: SetupView): Standing {
  if (state !== "on") return state;
  return seen === "waiting" || seen === null ? "written" : seen;
}

/** What of the list is there, was set up or came before; the rest is only named. */
export function isPresent({ installed, state, client }: SetupView): boolean {
  return installed || state !== "off" || client !== null;
}
