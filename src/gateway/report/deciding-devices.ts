import { z } from "zod";
import { devicePublicKey } from "../../shared/device.ts";
import type { ReportedEntry } from "./chapter.ts";

const enrolled = z.object({
  device: z.string(),
  principal: z.string(),
  key: devicePublicKey,
  waits: z.literal(true).optional(),
});
type Enrolled = z.infer<typeof enrolled>;
const named = z.object({ device: z.string() });

/** The devices that may decide as of the entry read last: enrolled, confirmed where they waited for that, and not removed. */
export class DecidingDevices {
  readonly #devices = new Map<string, Enrolled>();

  take({ kind, body }: ReportedEntry): void {
    if (kind === "device.enrolled") {
      const device = enrolled.safeParse(body);
      if (device.success) this.#devices.set(device.data.device, device.data);
      return;
    }
    const about = named.safeParse(body);
    if (!about.success) return;
    const { device: id } = about.data;
    const known = this.#devices.get(id);
    if (kind === "device.removed") this.#devices.delete(id);
    if (kind === "device.confirmed" && known !== undefined) {
      const { principal, key } = known;
      this.#devices.set(id, { device: id, principal, key });
    }
  }

  get(id: string): Pick<Enrolled, "device" | "principal" | "key"> | undefined {
    const device = this.#devices.get(id);
    return device?.waits === true ? undefined : device;
  }
}
