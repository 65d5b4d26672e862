import type { Agent, HttpSpec, StdioSpec, Target } from "../shared/target.ts";
import type { GroupGuard } from "./group-guard.ts";
import { createHttpTarget } from "./http-target.ts";
import type { Note } from "./note.ts";
import { ChildGroups } from "./stdio-groups.ts";
import { createStdioTarget } from "./stdio-target.ts";

/**
 * The last hop: stdio targets as children of this process, HTTP targets over its connections. `onNote` hears what an operator may want to know
 * and no caller is told. The owner ends it with `close()`; children that are left when the process exits are killed,
 * and by `guard` where it could not do so itself.
 */
export function createAgent(
  options: { readonly onNote?: (note: Note) => void; readonly guard?: GroupGuard | undefined } = {},
): Agent {
  const onNote = options.onNote ?? (() => undefined);
  const groups = new ChildGroups(options.guard);
  const targets = new Set<Target>();
  return {
    target(spec: StdioSpec | HttpSpec): Target {
      const target = "url" in spec ? createHttpTarget(spec) : createStdioTarget(spec, groups, onNote);
      targets.add(target);
      return target;
    },
    async close(): Promise<void> {
      await Promise.all([...targets].map((target) => target.close()));
      targets.clear();
      groups.close();
    },
  };
}
