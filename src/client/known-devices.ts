import { join } from "node:path";
import { z } from "zod";
import { deviceView, enrolled, type DeviceView } from "../shared/device.ts";
import type { KnownDevice } from "../shared/console.ts";
import type { GatewayApi } from "./gateway.ts";
import { readJson, writePrivate } from "./private-file.ts";

/** The devices that are enrolled for whoever is signed in, and which of them this installation has not shown its person before. */
export interface KnownDevices {
  /** Asks anew: what `onDevices` gets is `principal`'s. */
  refresh(principal: string): void;
  /** The person knows this one: it is new no more. */
  acknowledge(id: string): Promise<void>;
  /** The same, and lets it decide where it waits for that. Throws the gateway's codes. */
  confirm(id: string): Promise<void>;
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
    if (known === null) await keep(principal, idsOf(found));
    onDevices(found.map((device) => ({ ...device, isNew: known !== null && !device.isThis && !known.has(device.id) })));
  }

  async function keep(principal: string, known: readonly string[]): Promise<void> {
    await writePrivate(path, `${JSON.stringify({ v: 1, principal, known })}\n`);
  }

  function refresh(principal: string): void {
    whose = principal;
    void inTurn(() => ask(principal)).catch(() => undefined);
  }

  /** Others that came meanwhile stay news. */
  async function note(id: string): Promise<void> {
    if (whose === null) return;
    const kept = await readJson(path, devicesFile);
    const known = kept?.principal === whose ? kept.known : [];
    const listed = idsOf(found);
    await keep(whose, [...known.filter((each) => listed.includes(each) && each !== id), id]);
    await show(whose);
  }

  return {
    refresh,
    acknowledge: (id) => inTurn(() => note(id)),
    async confirm(id) {
      await api.post(`/v1/devices/${encodeURIComponent(id)}/confirm`, {}, enrolled);
      await inTurn(() => note(id));
      if (whose !== null) refresh(whose);
    },
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

function idsOf(devices: readonly DeviceView[]): readonly string[] {
  return devices.map(({ id }) => id);
}

const deviceList = z.object({ devices: z.array(deviceView) });
const devicesFile = z.object({ v: z.literal(1), principal: z.string(), known: z.array(z.string()) });
