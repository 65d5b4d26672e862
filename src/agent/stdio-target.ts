import { TargetError, type StdioSpec, type Target, type TargetSession } from "../shared/target.ts";
import type { Note } from "./note.ts";
import type { ChildGroups } from "./stdio-groups.ts";
import { StdioSession } from "./stdio-session.ts";

/** A target over stdio: each session has a child of its own, so that principals never share one. Throws TargetError when opened after its close. */
export function createStdioTarget(spec: StdioSpec, groups: ChildGroups, onNote: (note: Note) => void): Target {
  const sessions = new Set<TargetSession>();
  let closed = false;
  return {
    transport: "stdio",
    open(era): TargetSession {
      if (closed) throw new TargetError("unreachable", "The target was closed.");
      const session = new StdioSession(spec, era, groups, onNote, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
}
