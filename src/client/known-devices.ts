import { join } from "node:path";
import { z } from "zod";
import { deviceView, type DeviceView } from "../shared/device.ts";
import type { KnownDevice } from "../shared/console.ts";
import type { GatewayApi } from "./gateway.ts";
import { readJson, writePrivate } from "./private-file.ts";

/** The devices that are enrolled for whoever is signed in, and which of them this installation has not shown its person before. */
export interface KnownDevices {
  /** Asks anew: what `onDevices` gets is `principal`'s. */
  refresh(principal: string): void;
  /** The person has seen all that were shown: none of them is new any more. */
  acknowledge(): Promise<void>;
  /** Removes one at the gateway, for good. Throws the gateway's codes. */
  remove(id: string): Promise<void>;
  forget(): void;
}

export interface KnownDevicesOptions {
  readonly directory: string;
  readonly api: Pick<GatewayApi, "get" | "post">;
  readonly onDevices: (devices: readonly KnownDevice[]) => void;
}

export function createKnownDevices({ directory, api, onDevices }: KnownDevicesOptions): KnownDevices {
  const path = join(directory, "devices.json");
  let whose: string | null = null;
  let found: readonly DeviceView[] = [];
  /** Answers and writes come one after the other, so that the newest stands. */
  let turn: Promise<void> = Promise.resolve();

  function inTurn(step: () => Promise<void>): Promise<void> {
    const done = turn.then(step);
    turn = done.catch(() => undefined);
    return done;
  }

  async function ask(principal: string): Promise<void> {
    // A failure leaves the last list; the link says that it is offline, and asks again when it is back.
    const answer = await api.get("/v1/devices", deviceList).catch(() => null);
    if (answer === null || whose !== principal) return;
    found = answer.devices;
    await show(principal);
  }

  async function show(principal: string): Promise<void> {
    const kept = await readJson(path, devicesFile);
    // Where this person was not here before, nothing is news.
    const known = kept?.principal === principal ? new Set(kept.known) : null;
    if (known === null) await keep(principal);
    onDevices(found.map((device) => ({ ...device, isNew: known !== null && !device.isThis && !known.has(device.id) })));
  }

  async function keep(principal: string): Promise<void> {
    const known = found.map(({ id }) => id);
    await writePrivate(path, `${JSON.stringify({ v: 1, principal, known })}\n`);
  }

  function refresh(principal: string): void {
    whose = principal;
    void inTurn(() => ask(principal)).catch(() => undefined);
  }

  return {
    refresh,
    acknowledge: () =>
      inTurn(async () => {
        if (whose === null) return;
        await keep(whose);
        await show(whose);
      }),
    async remove(id) {
      await api.post("/v1/revocations", { kind: "device", id }, z.object({ id: z.string() }));
      if (whose !== null) refresh(whose);
    },
    forget() {
      whose = null;
      found = [];
      onDevices([]);
    },
  };
}

const deviceList = z.object({ devices: z.array(deviceView) });
const devicesFile = z.object({ v: z.literal(1), principal: z.string(), known: z.array(z.string()) });
