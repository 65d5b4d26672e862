import { useEffect, useRef } from "react";
import { useModel } from "../model.ts";
import text from "../parts/text.module.css";
import { useStore } from "../store.ts";
import { gatewayTime } from "../times.ts";
import { newsOfTime } from "../told.ts";

/** The one place where a screen reader is told of what happens by itself. It is there from the start: what comes into being with its words is often not read. */
export function Announcements() {
  const { announcer } = useModel();
  useTimeWarnings();
  return (
    <div role="status" aria-live="polite" aria-atomic="false" className={text.sr}>
      {useStore(announcer.said).map(({ key, text: said }) => (
        <p key={key}>{said}</p>
      ))}
    </div>
  );
}

/** Time that is nearly over is told of once, not each second. */
function useTimeWarnings() {
  const { announcer, clock, selection, view } = useModel();
  const nowMs = useStore(clock);
  const lastMs = useRef(nowMs);
  useEffect(() => {
    const beforeMs = lastMs.current;
    lastMs.current = nowMs;
    const live = view.get();
    if (live.at !== "live" || live.state.session.state !== "signed-in") return;
    const { state } = live;
    const [from, to] = [gatewayTime(state.gateway, beforeMs), gatewayTime(state.gateway, nowMs)];
    const news = newsOfTime(state, selection.chosen.get().id, from, to);
    if (news !== null) announcer.say(news);
  }, [nowMs, announcer, selection, view]);
}
