import type { ConsoleState } from "../../shared/console.ts";
import type { ProfilesView } from "../../shared/profiles.ts";
import { useModel, type Page, type View } from "../model.ts";
import { Status } from "../parts/Status.tsx";
import { waitingFor } from "../inbox/listed.ts";
import { ownRequests } from "../selection.ts";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { Account } from "./Account.tsx";
import { Mark, markState } from "./Mark.tsx";
import { auditPages } from "./offered.ts";
import css from "./TitleBar.module.css";

/** The mark, the pages, and who is signed in to what. */
export function TitleBar({ view }: { readonly view: View }) {
  const state = view.at === "live" ? view.state : null;
  const isLinked = view.at === "live" && view.isLinked;
  const isIn = state?.session.state === "signed-in" || state?.session.state === "needs-sign-in";
  return (
    <header className={css.bar}>
      <Mark state={markState(state, isLinked)} className={css.mark} />
      {state && isIn && <Tabs state={state} />}
      {state?.desktop && !isIn && <TabsSignedOut profiles={state.desktop.profiles} />}
      <span className={css.space} />
      <div className={css.who}>
        {state && <LinkStatus state={state} isLinked={isLinked} />}
        {view.at === "waiting" && (
          <Status tone="none" icon="ring">
            {words.link.connecting}
          </Status>
        )}
        {state && isIn && <span className={css.host}>{host(state.gateway.origin)}</span>}
        {state && (
          <Account session={state.session} devices={state.devices} desktop={state.desktop} secrets={state.secrets} />
        )}
      </div>
    </header>
  );
}

function Tabs({ state }: { readonly state: ConsoleState }) {
  const own = ownRequests(state).filter((each) => each.state === "pending");
  return (
    <nav className={css.tabs} aria-label={words.tabs.label}>
      <Tab page="inbox" count={waitingFor(state).length} />
      <Tab page="requests" count={own.length} />
      <Tab page="connections" />
      <Tab page="history" />
      <Tab page="grants" />
      {state.desktop && <Tab page="settings" />}
      {state.roles.includes("auditor") && (
        <div className={css.group} role="group" aria-label={words.tabs.audit}>
          {auditPages.map((page) => (
            <Tab key={page} page={page} />
          ))}
        </div>
      )}
    </nav>
  );
}

/** The settings of this computer are nobody's in particular: they can be reached before signing in. */
function TabsSignedOut({ profiles }: { readonly profiles: ProfilesView | null }) {
  return (
    <nav className={css.tabs} aria-label={words.tabs.label}>
      {profiles?.all.length !== 0 && <Tab page="inbox" name={words.tabs.signIn} />}
      {profiles !== null && <Tab page="gateways" />}
      <Tab page="settings" />
    </nav>
  );
}

interface TabProps {
  readonly page: Page;
  readonly count?: number;
  readonly name?: string;
}

function Tab({ page, count = 0, name = words.tabs[page] }: TabProps) {
  const { page: shown } = useModel();
  const isHere = useStore(shown) === page;
  return (
    <button
      type="button"
      className={css.tab}
      aria-current={isHere ? "page" : undefined}
      onClick={() => shown.set(page)}
    >
      {name}
      {count > 0 && <span className={css.count}>{count.toLocaleString("en")}</span>}
    </button>
  );
}

function LinkStatus({ state, isLinked }: { readonly state: ConsoleState; readonly isLinked: boolean }) {
  const { tone, icon, word } = standing(state, isLinked);
  return (
    <Status tone={tone} icon={icon}>
      <span className={css.word}>{word}</span>
    </Status>
  );
}

function standing({ session, gateway }: ConsoleState, isLinked: boolean) {
  if (!isLinked) return { tone: "warn", icon: "off", word: words.link.lost } as const;
  if (session.state === "signing-in") return { tone: "none", icon: "ring", word: words.link.signingIn } as const;
  if (session.state !== "signed-in") return { tone: "none", icon: "ring", word: words.link.signedOut } as const;
  if (gateway.link === "offline") return { tone: "warn", icon: "off", word: words.link.offline } as const;
  if (gateway.link === "connecting") return { tone: "none", icon: "ring", word: words.link.connecting } as const;
  return { tone: "ok", icon: "dot", word: words.link.online } as const;
}

function host(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}
