import { useState } from "react";
import type { DesktopBridge } from "../../shared/bridge.ts";
import type { DesktopView } from "../../shared/desktop.ts";
import type { Failure, Result } from "../../shared/errors.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Check } from "./Check.tsx";
import { QuietHours } from "./QuietHours.tsx";
import css from "./Settings.module.css";

const said = words.settings;

/** What the person may set of this desktop. Each change is kept at once. */
export function Settings({ desktop }: { readonly desktop: DesktopView }) {
  const { bridge } = useModel();
  const [refused, setRefused] = useState<Failure | null>(null);
  // Only a desktop's state has this page, and only its preload the way to change it.
  if (bridge.desktop === undefined) return null;
  const { quit, set, testNotification } = bridge.desktop;
  const tell = (result: Result<null>) => setRefused(result.ok ? null : result.error);
  const change = (input: Parameters<DesktopBridge["set"]>[0]) => void set(input).then(tell);
  return (
    <main className={css.page}>
      <h1>
        {said.title} <span className={css.note}>{said.note}</span>
      </h1>
      {refused && (
        <p role="alert" className={css.refused}>
          {said.refused}. {wording(refused.code)}
        </p>
      )}
      <section aria-label={said.notifications} className={css.section}>
        <h2>{said.notifications}</h2>
        <Check on={desktop.notifications} onChange={(notifications) => change({ notifications })}>
          {said.notify}
        </Check>
        <p>{desktop.decidesInNotifications ? said.decides.yes : said.decides.no}</p>
        {!desktop.notificationsTaken && <p role="status">{said.notTaken}</p>}
        <p>{said.locked}</p>
        <p>{said.disturb}</p>
        <div className={css.line}>
          <Button onClick={() => void testNotification().then(tell)} disabled={desktop.test === "waiting"}>
            {said.test}
          </Button>
          <span role="status">{said.testing[desktop.test]}</span>
        </div>
      </section>
      <QuietHours hours={desktop.quietHours} onChange={(quietHours) => change({ quietHours })} />
      <section aria-label={said.start} className={css.section}>
        <h2>{said.start}</h2>
        {desktop.startAtLogin === null ? (
          <p>{said.notInstalled}</p>
        ) : (
          <Check on={desktop.startAtLogin} onChange={(startAtLogin) => change({ startAtLogin })}>
            {desktop.hasTray ? said.atLogin : said.atLoginUntrayed}
          </Check>
        )}
        {desktop.startHeld && <p role="status">{said.startHeld}</p>}
        {!desktop.hasTray && <p>{said.noTray}</p>}
        <div className={css.line}>
          <Button onClick={() => void quit().then(tell)}>{said.quit}</Button>
        </div>
      </section>
    </main>
  );
}
