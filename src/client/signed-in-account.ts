import { z } from "zod";
import type { SignedOut } from "../shared/console.ts";
import { principalView, type PrincipalView } from "../shared/principal.ts";
import { discovery } from "../shared/provider.ts";
import type { Device } from "./device.ts";
import type { GatewayApi } from "./gateway.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Vault } from "./vault/vault.ts";

interface Places {
  readonly signIn: SignIn;
  readonly api: GatewayApi;
  readonly device: Device;
  readonly vault: Vault;
  /** Resolves once the gateway's own session has ended. */
  readonly accessEnded: () => Promise<SignedOut["gateway"]>;
}

/** Who is signed in, as the gateway knows them, and on which enrolled device; null for a service, which decides nothing. */
interface Account {
  readonly principal: PrincipalView;
  readonly device: string | null;
}

/** The account of a session: asked for at the gateway, kept in the vault, forgotten everywhere. */
export interface SignedInAccount {
  /** Asks the gateway who this is, and enrols the device for a person. */
  lookUp(): Promise<Account>;
  keep(principal: PrincipalView): Promise<void>;
  /** As the vault has it; the device is null where its key is gone. */
  kept(): Promise<Account | null>;
  /** Ends the session wherever it can, and says what was done. */
  forget(): Promise<SignedOut>;
}

export function signedInAccount({ signIn, api, device, vault, accessEnded }: Places): SignedInAccount {
  return {
    async lookUp() {
      const { principal } = await api.get("/v1/me", me);
      // No person signed in who could enrol a device; a service decides nothing.
      if (principal.kind === "service") return { principal, device: null };
      const { nowMs } = await api.get("/.well-known/countersign", discovery);
      return { principal, device: await device.enrol(api, principal.id, Math.floor(nowMs / 1000)) };
    },
    keep: (principal) => vault.set(accountKey, JSON.stringify(principal)),
    async kept() {
      const stored = await vault.get(accountKey);
      if (stored === null) return null;
      const principal = principalView.parse(JSON.parse(stored));
      return { principal, device: device.idFor(principal.id) };
    },
    async forget() {
      await vault.delete(accountKey);
      const [left, gateway] = await Promise.all([signIn.signOut(), accessEnded()]);
      return { ...left, gateway, kept: left.kept || (await vault.get(accountKey)) !== null };
    },
  };
}

const accountKey = "account";
const me = z.object({ principal: principalView });
