import { useEffect } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { lookingBeatMs } from "../../shared/looking.ts";
import { useModel } from "../model.ts";

/** Who steps through the list looks at none of what they pass. */
const settleMs = 600;

/** Says that this request is open before the person for as long as it is drawn in a window that can be seen; null says that none is. */
export function useLooking(approval: string | null): void {
  const { bridge } = useModel();
  useEffect(() => {
    if (approval === null) return undefined;
    const say = () => void bridge.look({ approval: document.visibilityState === "visible" ? approval : null });
    const settled = setTimeout(say, settleMs);
    const beat = setInterval(say, lookingBeatMs);
    document.addEventListener("visibilitychange", say);
    return () => {
      clearTimeout(settled);
      clearInterval(beat);
      document.removeEventListener("visibilitychange", say);
      void bridge.look({ approval: null });
    };
  }, [approval, bridge]);
}

/** Who else looks at it, by name. */
export function lookersOf({ id, state }: ApprovalView, { looking }: Pick<ConsoleState, "looking">): readonly string[] {
  return state === "pending" ? (looking.find(({ approval }) => approval === id)?.by ?? []) : [];
}
