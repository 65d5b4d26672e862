import type { KnownDevice } from "../../../src/shared/console.ts";
import { fullInbox, held, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const device = (id: string, name: string, change: Partial<KnownDevice> = {}): KnownDevice => ({
  id,
  name,
  principal: "demo:ada",
  enrolledAtMs: Date.now() - 240_000,
  sessions: [],
  isThis: false,
  isNew: false,
  ...change,
});
const laptop = device("dev_5Yt1", "ada-laptop", { enrolledAtMs: Date.now() - 86_400_000 * 40 });
const tower = device("dev_Rb28", "ada-tower", { waits: "device" });
const services = { id: "demo:nightly", kind: "service", name: "nightly-report", groups: [] } as const;
const owner = { kind: "group", id: "platform-team" } as const;

/** A second device: where it is let decide, and where it waits. A service's call, with who answers for it. */
export const deviceScenes: readonly Scene[] = [
  {
    name: "device-asks",
    state: signedIn(fullInbox(), {
      devices: [
        { ...laptop, isThis: true },
        { ...tower, isNew: true },
      ],
    }),
  },
  {
    name: "device-waits",
    state: signedIn(fullInbox(), { devices: [laptop, { ...tower, isThis: true }] }),
  },
  {
    name: "device-waits-alone",
    state: signedIn(fullInbox(), { devices: [{ ...tower, isThis: true, waits: "admin" }] }),
  },
  {
    name: "service-owned",
    state: signedIn([held({ requester: { ...services, groups: [], owner } })]),
  },
];
