import type { ConsoleState } from "../../shared/console.ts";
import { ProfilesMenu } from "../gateways/ProfilesMenu.tsx";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import text from "../parts/text.module.css";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { Devices } from "./Devices.tsx";
import css from "./TitleBar.module.css";

/** Who is signed in, from which device, and the way out. */
export function Account({
  session,
  devices,
  desktop,
  secrets,
}: Pick<ConsoleState, "session" | "devices" | "desktop" | "secrets">) {
  const { bridge } = useModel();
  if (session.state !== "signed-in" && session.state !== "needs-sign-in") return null;
  const { account } = session;
  return (
    <>
      <button type="button" className={css.face} popoverTarget="account">
        <span className={text.sr}>{words.account(spoken(account.name))}</span>
        <span aria-hidden="true">{initial(account.name)}</span>
      </button>
      <section id="account" popover="auto" className={css.menu} aria-label={words.account(spoken(account.name))}>
        <h2>
          <Outside text={account.name} foldAt={60} />
        </h2>
        <dl>
          <dt>{words.accountGroups}</dt>
          <dd>{account.groups.length === 0 ? words.noGroups : <Outside text={account.groups.join(", ")} />}</dd>
          {session.state === "signed-in" && session.device !== null && (
            <>
              <dt>{words.accountDevice}</dt>
              <dd>
                <Outside text={session.device} look="codeSmall" />
              </dd>
            </>
          )}
          <dt>{words.accountSecrets}</dt>
          <dd>{words.secrets[secrets.place]}</dd>
        </dl>
        <Devices devices={devices} />
        {desktop?.profiles && !desktop.profiles.isSingle && <ProfilesMenu profiles={desktop.profiles} />}
        <Button onClick={() => void bridge.signOut()}>{words.signOut}</Button>
      </section>
    </>
  );
}

function initial(name: string): string {
  return /\p{L}|\p{N}/u.exec(name)?.[0].toUpperCase() ?? "?";
}
