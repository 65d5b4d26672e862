import { useEffect } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import panes from "../inbox/panes.module.css";
import { useShortcuts } from "../inbox/shortcuts.ts";
import { useModel } from "../model.ts";
import { classes } from "../parts/class-names.ts";
import { useStore } from "../store.ts";
import { ReplayPane } from "./ReplayPane.tsx";
import { SessionList } from "./SessionList.tsx";
import css from "./Sessions.module.css";

interface SessionsProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** What MCP clients did, session by session, replayed for an auditor. */
export function Sessions({ state, isLinked }: SessionsProps) {
  const { replays } = useModel();
  const listed = useStore(replays.listed);
  const replay = useStore(replays.replay);
  const isReached = isLinked && state.gateway.link === "online";
  const isUnread = listed.at === "unread";
  useEffect(() => {
    if (isUnread && isReached) replays.look();
  }, [isUnread, isReached, replays]);
  useEffect(() => replays.pause, [replays]);
  const isThere = (replay?.moments.length ?? 0) > 0;
  const step = (by: number) => (isThere ? () => replays.step(by) : undefined);
  useShortcuts({
    j: step(1),
    k: step(-1),
    arrowright: step(1),
    arrowleft: step(-1),
    " ": isThere ? () => (replays.replay.get()?.isPlaying === true ? replays.pause() : replays.play()) : undefined,
    escape: replays.back,
  });
  return (
    <main className={classes(panes.panes, css.panes)} data-open={replay?.isOpen === true ? "" : undefined}>
      <SessionList listed={listed} chosen={replay?.id ?? null} state={state} />
      <ReplayPane key={replay?.id} replay={replay} gateway={state.gateway} isReached={isReached} />
    </main>
  );
}
