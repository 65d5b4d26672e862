import type { Setup, SetupOptions } from "./setup.ts";

/** The set-up, loaded when it is first asked for: a tunnel that is only used has no need of its parsers. */
export function setupOnDemand(options: SetupOptions): Setup {
  let opening: Promise<Setup> | null = null;
  async function open(): Promise<Setup> {
    opening ??= import("./setup.ts").then(({ openSetup }) => openSetup(options));
    try {
      return await opening;
    } catch (error) {
      // A damaged record may be repaired meanwhile.
      opening = null;
      throw error;
    }
  }
  return {
    list: async (asked) => (await open()).list(asked),
    plan: async (wish) => (await open()).plan(wish),
    apply: async (wish) => (await open()).apply(wish),
  };
}
