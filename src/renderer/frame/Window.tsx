import { lazy, Suspense } from "react";
import type { ProfilesView } from "../../shared/profiles.ts";
import { Activity } from "../activity/Activity.tsx";
import { Connections } from "../connections/Connections.tsx";
import { Grants } from "../grants/Grants.tsx";
import { History } from "../history/History.tsx";
import { Inbox } from "../inbox/Inbox.tsx";
import { useModel, type Page, type View } from "../model.ts";
import text from "../parts/text.module.css";
import { MyRequests } from "../requests/MyRequests.tsx";
import { useShortcuts, workingKeys } from "../inbox/shortcuts.ts";
import { waitingFor } from "../inbox/listed.ts";
import { Search } from "../search/Search.tsx";
import { Ended } from "../session/Ended.tsx";
import { Loading } from "../session/Loading.tsx";
import { PinChanged } from "../session/PinChanged.tsx";
import { SignedOut } from "../session/SignedOut.tsx";
import { SigningIn } from "../session/SigningIn.tsx";
import { Sessions } from "../sessions/Sessions.tsx";
import { Settings } from "../settings/Settings.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { Announcements } from "./Announcements.tsx";
import { Help } from "./Help.tsx";
import { useKeptFocus } from "./kept-focus.ts";
import { Notices } from "./Notices.tsx";
import { offered } from "./offered.ts";
import { TitleBar } from "./TitleBar.tsx";
import css from "./Window.module.css";

/** A file of its own: it is seen on the first day and seldom after, and a browser has none of it. */
const Gateways = lazy(async () => ({ default: (await import("../gateways/Gateways.tsx")).Gateways }));

/** The whole console: a title bar, what holds for every page, and one page. */
export function Window() {
  const { view, help } = useModel();
  useKeptFocus();
  useShortcuts({ "?": () => help.set(workingKeys()) });
  const now = useStore(view);
  const state = now.at === "live" ? now.state : null;
  const isLinked = now.at === "live" && now.isLinked;
  const isIn = state?.session.state === "signed-in" || state?.session.state === "needs-sign-in";
  return (
    <div className={css.window} data-rest="main h1, nav button[aria-current]">
      <title>{words.title(state && isIn ? waitingFor(state).length : 0)}</title>
      <TitleBar view={now} />
      {state && isIn ? <Notices state={state} isLinked={isLinked} /> : <div />}
      <Content view={now} />
      <Announcements />
      <Help />
    </div>
  );
}

function Content({ view }: { readonly view: View }) {
  const page = useStore(useModel().page);
  if (view.at === "waiting") return <Loading />;
  if (view.at === "live") {
    const { session, desktop } = view.state;
    const profiles = desktop?.profiles ?? null;
    if (page === "settings" && desktop !== null) return <Settings desktop={desktop} />;
    if (profiles !== null && (page === "gateways" || !isOneOpen(profiles)))
      return (
        <Suspense fallback={<OnItsWay />}>
          <Gateways profiles={profiles} />
        </Suspense>
      );
    if (session.state === "needs-sign-in" && session.error.code === "pin_changed")
      return (
        <main className={css.alone}>
          <PinChanged error={session.error} canManage={profiles !== null} />
        </main>
      );
    if (session.state === "signed-in" || session.state === "needs-sign-in") return <Pages view={view} page={page} />;
  }
  return (
    <main className={css.alone}>
      <Alone view={view} />
    </main>
  );
}

function OnItsWay() {
  return (
    <main className={css.alone} aria-busy="true">
      <h1 className={text.sr}>{words.gateways.title}</h1>
    </main>
  );
}

function isOneOpen({ all }: ProfilesView): boolean {
  return all.some(({ isOpen }) => isOpen);
}

/** The pages that stand by themselves, because there is nothing else to show. */
function Alone({ view }: { readonly view: Exclude<View, { at: "waiting" }> }) {
  if (view.at === "ended") return <Ended />;
  const { session, provider } = view.state;
  if (session.state === "signing-in") return <SigningIn url={session.url} code={session.code} />;
  if (session.state === "signed-out" && session.error?.code === "pin_changed")
    return <PinChanged error={session.error} canManage={view.state.desktop?.profiles != null} />;
  return (
    <SignedOut
      issuer={provider.issuer}
      error={session.state === "signed-out" ? session.error : null}
      left={session.state === "signed-out" ? session.left : undefined}
    />
  );
}

const pages = {
  inbox: Inbox,
  requests: MyRequests,
  connections: Connections,
  grants: Grants,
  history: History,
  search: Search,
  activity: Activity,
  sessions: Sessions,
} as const satisfies Record<Exclude<Page, "settings" | "gateways">, unknown>;

function Pages({ view, page }: { readonly view: Extract<View, { at: "live" }>; readonly page: Page }) {
  const Shown = pages[offered(page, view.state)];
  return <Shown state={view.state} isLinked={view.isLinked} lastAtMs={view.lastAtMs} />;
}
