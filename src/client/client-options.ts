import type { SecretsKept } from "../shared/console.ts";
import type { Provider } from "../shared/provider.ts";
import type { SetupWish } from "../shared/setup.ts";
import type { SaveText } from "./history.ts";
import type { After } from "./renewal.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Vault } from "./vault/vault.ts";

/** What the process that owns a profile is started with. */
export interface ClientOptions {
  /** The profile's folder, with a confirmed profile.json. */
  readonly directory: string;
  /** Opens a page in the person's browser; called only within a sign-in that they asked for. */
  readonly openBrowser: (url: string) => void | Promise<void>;
  /** Where secrets rest between runs; memory where it is left out. */
  readonly vault?: Vault;
  /** What is said of that place. */
  readonly secrets?: SecretsKept;
  readonly createSignIn?: (
    provider: Provider,
    options: { readonly vault: Vault; readonly ca?: string; readonly now?: () => number },
  ) => Promise<SignIn>;
  /** The tokens are not the pinned provider's: who runs this process gave them, for this gateway, whatever audience they name. */
  readonly givenTokens?: boolean;
  /** PEM of one more authority to trust. */
  readonly ca?: string;
  readonly now?: () => number;
  /** Timers of that clock, where it is another than this machine's. */
  readonly after?: After;
  /** As the gateway's records name this installation; the machine's name by default. */
  readonly deviceName?: string;
  /** Puts text on the clipboard, where there is one. */
  readonly copyText?: (text: string) => void | Promise<void>;
  /** Lets the person choose where a text of theirs is saved, where there is such a dialog. */
  readonly saveText?: SaveText;
  /** Where this person's clients keep their settings, for consoles; this process's environment says so where it is left out. */
  readonly environment?: SetupWish["environment"];
  /** How `countersign` starts here, for clients that only speak stdio; where it is left out, as it was last used with this profile. */
  readonly launcher?: SetupWish["launcher"];
}

/** The way to sign in with this provider: the given one, or the one of its kind, whose library is loaded with it. */
export async function signInFor(
  options: ClientOptions,
  provider: Provider,
  vault: Vault,
  now: () => number,
): Promise<SignIn> {
  const create = options.createSignIn ?? (await import("./sign-in/sign-in.ts")).createSignIn;
  return await create(provider, { vault, now, ...(options.ca === undefined ? {} : { ca: options.ca }) });
}
