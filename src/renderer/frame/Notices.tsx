import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { clockTime, secondsLeft } from "../times.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Denials } from "./Denials.tsx";
import { NewDevice } from "./NewDevice.tsx";
import { Notified } from "./Notified.tsx";
import { WaitsHere } from "./WaitsHere.tsx";
import { SignInAsked } from "./SignInAsked.tsx";
import { Unrecorded } from "./Unrecorded.tsx";

/** What holds for every page: the link, the sign-in, the ledger, denials that can still be undone elsewhere, and what was decided together and not recorded. */
export function Notices({ state, isLinked }: { readonly state: ConsoleState; readonly isLinked: boolean }) {
  const here = state.session.state === "signed-in" ? state.devices.find(({ isThis }) => isThis) : undefined;
  return (
    <section aria-label={words.notices}>
      {!isLinked && (
        <Band tone="warn" icon="off">
          {words.offline.lost}
        </Band>
      )}
      {isLinked && state.signInAsked && state.session.state !== "signing-in" && (
        <SignInAsked asked={state.signInAsked} clients={state.clients} />
      )}
      {isLinked && state.session.state === "needs-sign-in" && !state.signInAsked && (
        <SignInAgain code={state.session.demanded ? "sign_in_needed" : state.session.error.code} />
      )}
      {isLinked && state.session.state === "signed-in" && state.session.ends && (
        <EndsSoon atMs={state.session.ends.atMs} />
      )}
      {isLinked && state.session.state === "signed-in" && state.gateway.link === "offline" && (
        <Offline gateway={state.gateway} />
      )}
      {isLinked && here && <WaitsHere device={here} />}
      {isLinked &&
        state.devices
          .filter(({ isNew }) => isNew)
          .map((device) => <NewDevice key={device.id} device={device} mayConfirm={here?.waits === undefined} />)}
      {isLinked && state.pause && <Paused untilMs={state.pause.untilMs} />}
      {state.ledger && (
        <Band tone="bad" icon="fail">
          {wording(state.ledger.code)}
        </Band>
      )}
      <Denials />
      <Notified decisions={state.desktop?.decisions ?? []} />
      <Unrecorded />
    </section>
  );
}

function Offline({ gateway }: { readonly gateway: ConsoleState["gateway"] }) {
  const { bridge, clock, page, part } = useModel();
  const nowMs = useStore(clock);
  const inMs = gateway.nextTryAtMs === null ? null : gateway.nextTryAtMs - nowMs;
  return (
    <Band
      tone="warn"
      icon="off"
      action={
        <>
          <Button size="small" onClick={() => (part.set("gateway"), page.set("connections"))}>
            {words.offline.findOut}
          </Button>
          <Button size="small" onClick={() => void bridge.retry()}>
            {words.offline.tryNow}
          </Button>
        </>
      }
    >
      {words.offline.since(clockTime(gateway.sinceMs))}
      {/* The seconds tick for the eye alone: read aloud each second they would drown everything else. */}
      <span aria-hidden="true">
        {inMs !== null && inMs > 0 ? words.offline.next(secondsLeft(inMs)) : words.offline.trying}
      </span>
    </Band>
  );
}

function Paused({ untilMs }: { readonly untilMs: number | null }) {
  const { bridge } = useModel();
  return (
    <Asking press={words.pause.resume} onPress={() => void bridge.resume()}>
      {untilMs === null ? words.pause.open : words.pause.until(clockTime(untilMs))}
    </Asking>
  );
}

function SignInAgain({ code }: { readonly code: Parameters<typeof wording>[0] }) {
  const { bridge } = useModel();
  return (
    <Asking press={words.signIn.again} onPress={() => void bridge.signIn()}>
      {wording(code)}
    </Asking>
  );
}

/** The session can't be renewed beyond this; whoever signs in now goes on without a break. */
function EndsSoon({ atMs }: { readonly atMs: number }) {
  const { bridge } = useModel();
  return (
    <Asking press={words.signIn.again} onPress={() => void bridge.signIn()}>
      {words.signIn.ends(clockTime(atMs))}
    </Asking>
  );
}

interface AskingProps {
  /** What the one button says. */
  readonly press: string;
  readonly onPress: () => void;
  readonly children: string;
}

/** A band that one press would end. */
function Asking({ press, onPress, children }: AskingProps) {
  const button = (
    <Button size="small" onClick={onPress}>
      {press}
    </Button>
  );
  return (
    <Band tone="warn" icon="note" action={button}>
      {children}
    </Band>
  );
}
