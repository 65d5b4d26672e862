import { hostname } from "node:os";
import { CountersignError, toFailure } from "../shared/errors.ts";
import type { Profile } from "../shared/provider.ts";
import { deviceOf, isMoreAsked } from "../shared/signed-in.ts";
import type { Client } from "./client.ts";
import { signInFor, type ClientOptions } from "./client-options.ts";
import { clientOver } from "./client-over.ts";
import { openClients } from "./clients.ts";
import { closeAll, type Closer } from "./closers.ts";
import { createConsoleMethods } from "./console-methods.ts";
import { serveControl } from "./control-server.ts";
import { createConversations } from "./conversations.ts";
import { counted } from "./counted.ts";
import { openDevice } from "./device.ts";
import { watchNames, withEverything } from "./everything.ts";
import { createGatewayApi, type TokenSource } from "./gateway.ts";
import { gatewayAudit } from "./gateway-audit.ts";
import { gatewayAccess } from "./gateway-access.ts";
import { gatewayRetention } from "./gateway-retention.ts";
import { gatewayTools } from "./gateway-tools.ts";
import { createGatewaySession } from "./gateway-session/gateway-session.ts";
import { createGatewayLink } from "./gateway-link.ts";
import { ownProfile } from "./ownership.ts";
import { bearing } from "./pass.ts";
import { openPause } from "./pause.ts";
import { takePipeName } from "./pipe-name.ts";
import { privateDirectory } from "./private-directory.ts";
import { gatewayOrigin, readProfile } from "./profile.ts";
import { createPinGuard } from "./profiles/pin-guard.ts";
import { createSending } from "./sending.ts";
import { createSession, type SessionState } from "./session.ts";
import { noteLauncher } from "./setup/launcher.ts";
import { setupOnDemand } from "./setup/on-demand.ts";
import { placesIn } from "./setup/machine.ts";
import { createState, firstState } from "./state.ts";
import { createStepUps } from "./step-up/step-ups.ts";
import { steppingUp } from "./step-up/stepping-up.ts";
import { serveStdio } from "./stdio-server.ts";
import { createTraffic } from "./traffic.ts";
import { createTunnel } from "./tunnel.ts";
import { createUpstream } from "./upstream/upstream.ts";
import { memoryVault } from "./vault/vault.ts";

export type { Client } from "./client.ts";

/** Becomes the owner of a profile. Throws `profile_in_use`, or `configuration` where the folder has no good profile. */
export async function openClient(options: ClientOptions): Promise<Client> {
  await privateDirectory(options.directory);
  const closers: Closer[] = [ownProfile(options.directory)];
  try {
    const profile = await readProfile(options.directory);
    if (profile === null) {
      const message = `${options.directory} has no gateway yet: \`countersign sign-in --gateway URL\` makes its profile.`;
      throw new CountersignError("configuration", message);
    }
    closers.push(await takePipeName(options.directory));
    if (options.launcher !== undefined && options.launcher !== null)
      await noteLauncher(options.directory, options.launcher);
    return await assemble(options, profile, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function assemble(options: ClientOptions, profile: Profile, closers: Closer[]): Promise<Client> {
  const { directory, ca, openBrowser, copyText, saveText } = options;
  const now = options.now ?? Date.now;
  const origin = gatewayOrigin(profile.gateway);
  const vault = options.vault ?? memoryVault();
  const state = createState(firstState(profile, origin, now()));
  if (options.secrets !== undefined) state.set({ secrets: options.secrets });
  const pin = createPinGuard({
    profile,
    ca,
    now,
    anyAudience: options.givenTokens ?? false,
    onChanged: (error) => session.refused(error),
  });
  const token: TokenSource = pin.over((wanted) => session.token(wanted));

  const plain = createGatewayApi(origin, bearing(token), ca);
  closers.push(() => plain.close());
  const clients = await openClients(directory, now, () => state.set({ clients: [...clients.list()] }));
  state.set({ clients: [...clients.list()] });
  closers.push(() => clients.close());
  const pause = await openPause({ directory, now, onState: (changed) => state.set({ pause: changed }) });
  closers.push(() => pause.close());
  const device = await openDevice(options.vault ?? null, origin, options.deviceName ?? hostname());
  const onRefused = (error: CountersignError): void => session.refused(error);
  const access = createGatewaySession({ origin, ca, token, device, now, after: options.after, onRefused });
  closers.push(() => access.close());
  const { pass } = access;
  const api = createGatewayApi(origin, pass, ca);
  closers.push(() => api.close());
  const sending = createSending({ state, now });
  const link = createGatewayLink({ directory, profile, api, pass, state, ca, now, onForget: forget });
  closers.push(() => link.pause());
  const signIn = await signInFor(options, profile.provider, vault, now);
  closers.push(() => signIn.close());
  const stepUps = createStepUps({ now, onChange: (asked) => state.set({ signInAsked: asked }) });
  const session = createSession({
    signIn,
    api: plain,
    device,
    vault,
    openBrowser,
    checkPin: () => pin.check(),
    now,
    after: options.after,
    accessEnded: () => ended,
    demanded: () => stepUps.take(),
    onSignedIn: () => stepUps.signedIn(),
    onState: onSession,
  });
  closers.push(() => session.close());
  const upstream = createUpstream({
    origin,
    pass: pause.guarding(pass),
    ca,
    onOtherNetwork() {
      session.recheck();
      access.recheck();
    },
  });
  closers.push(() => upstream.close());
  const traffic = createTraffic({ now, onChange: (changed) => state.set({ traffic: changed }) });
  closers.push(() => traffic.close());
  const names = () => state.get().connections.map(({ name }) => name);
  const waiting = steppingUp(createConversations(upstream), {
    stepUps,
    isAskedByProvider: () => isMoreAsked(state.get()),
    onUnmet: (by, connection, error) => traffic.failed({ client: by, connection, ...toFailure(error) }, true),
  });
  const conversations = withEverything(counted(waiting, traffic), names);
  closers.push(watchNames(state, names, () => conversations.changed()));
  const enrolled = () => deviceOf(state.get());
  const tunnel = createTunnel({
    directory,
    conversations,
    clients,
    device: enrolled,
    onStranger: (refused) => traffic.failed({ client: null, connection: null, ...refused }, false),
    onState: (changed) => state.set({ tunnel: changed }),
  });
  closers.push(() => tunnel.close());
  const stdio = await serveStdio({ directory, conversations, clients, device: enrolled });
  closers.push(() => stdio.close());

  /** What is under way through the tunnel, and what went, is of whoever leaves: the next person hears no answer to it. */
  function forget(): void {
    stepUps.forget();
    sending.forget();
    upstream.leave();
    traffic.forget();
  }

  /** A sign-in may be another person's, and goes on beside the session of before until it is through. */
  let before: SessionState["state"] = "signed-out";
  let ended: ReturnType<typeof access.end> = Promise.resolve("none");
  function follow({ state: now }: SessionState): void {
    if (now === "signed-out") ended = access.end();
    else if (now === "needs-sign-in" || (now === "signed-in" && before === "signing-in")) access.drop();
    before = now;
  }

  function onSession(changed: SessionState): void {
    state.set({ session: changed });
    follow(changed);
    if (changed.state === "signed-in") link.open(changed.account.id);
    else if (changed.state === "signed-out") link.forget();
    else link.pause();
  }

  closers.push(() => sending.close());
  const drop = (id: string): void => {
    tunnel.drop(id);
    stdio.drop(id);
  };
  // Its token has ended even where the file could not be written: what it still runs ends with it.
  const remove = (id: string): Promise<void> => clients.remove(id).finally(() => drop(id));
  const setup = setupOnDemand({ directory, clients, drop, state: () => state.get(), now });
  const here = { environment: options.environment ?? placesIn(process.env), launcher: options.launcher ?? null };
  const methods = createConsoleMethods({
    api,
    device,
    link,
    sending,
    pause,
    session,
    stepUps,
    setup: { setup, here },
    openTunnel: (wanted) => tunnel.open(wanted),
    remove,
    state: () => state.get(),
    copyText,
    saveText,
    directory,
  });
  const client = clientOver({
    state,
    methods,
    tunnel,
    remove,
    clients,
    now,
    closers,
    ofAudit: gatewayAudit(api, directory),
    setup,
    ofTools: gatewayTools(api),
    access: gatewayAccess(api),
    retention: gatewayRetention(api),
  });
  const control = await serveControl(directory, client);
  closers.push(() => control.close());
  await session.start();
  return client;
}
