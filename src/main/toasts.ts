import { join } from "node:path";
import { Notification } from "electron";
import { visibleLine } from "../shared/visible.ts";
import type { Notice } from "./notices.ts";
import { report } from "./report.ts";
import { notices as words } from "./words/notices.ts";

/** One notification: its words, its buttons, and what a click beside them does. */
export interface Toast extends Notice {
  readonly buttons: readonly { readonly label: string; readonly press: () => void }[];
  readonly clicked: () => void;
}

/** The system's notifications by our own ids. It is told words and labels only; what they mean stays here. */
export interface Toasts {
  show(id: string, toast: Toast): void;
  dismiss(id: string): void;
  /** Whether the one of this id still stands there. */
  stands(id: string): boolean;
  clear(): void;
  /** Whether the system takes notifications: it knows how, and has not just refused one. */
  taken(): boolean;
  /** Shows one that wants a click, and says once what came of it. */
  test(done: (outcome: "clicked" | "missed" | "failed") => void): void;
}

interface ToastParts {
  readonly assets: string;
  readonly platform: NodeJS.Platform;
  /** Windows brought a click whose notification this process no longer has. */
  readonly opened: (approval: null) => void;
  /** `taken` has changed. */
  readonly changed: () => void;
}

const clickWithinMs = 60_000;
/** Windows tells of one click twice, in no order. */
const sameClickMs = 500;

export function createToasts({ assets, platform, opened, changed }: ToastParts): Toasts {
  // Held here until they end: one that is collected no longer hears its click.
  const shown = new Map<string, Notification>();
  const heard = { atMs: 0 };
  const acceptance = watchAcceptance(changed);
  const dismiss = (id: string): void => {
    const notification = shown.get(id);
    shown.delete(id);
    notification?.close();
  };
  const make = (id: string, toast: Toast): Notification => {
    const { title, buttons } = toast;
    const body = platform === "linux" ? unmarked(toast.body) : toast.body;
    const actions = platform === "linux" ? [] : buttons.map(({ label }) => ({ type: "button" as const, text: label }));
    const notification = new Notification({ title, body, actions, icon: icon(assets), timeoutType: "never" });
    // Acts once, and only while it is the one that stands there for this id.
    const act = (what: () => void): void => {
      heard.atMs = Date.now();
      if (shown.get(id) !== notification) return;
      dismiss(id);
      what();
    };
    notification.on("click", () => act(toast.clicked));
    notification.on("action", ({ actionIndex }) => {
      const button = platform === "linux" ? undefined : buttons[actionIndex];
      act(button?.press ?? toast.clicked);
    });
    const gone = (): void => {
      if (shown.get(id) === notification) shown.delete(id);
    };
    notification.on("close", gone);
    notification.on("show", acceptance.accepted);
    // macOS shows none of an app that is not signed, nor where the person has forbidden it.
    notification.on("failed", (_event, why) => {
      if (shown.get(id) === notification) dismiss(id);
      acceptance.refused(why);
    });
    return notification;
  };
  const show = (id: string, toast: Toast): Notification | null => {
    dismiss(id);
    if (!Notification.isSupported()) return null;
    const notification = make(id, toast);
    shown.set(id, notification);
    notification.show();
    return notification;
  };
  if (platform === "win32") followActivations(heard, opened);
  return {
    show: (id, toast) => void show(id, toast),
    dismiss,
    stands: (id) => shown.has(id),
    clear: () => [...shown.keys()].forEach(dismiss),
    taken: () => Notification.isSupported() && !acceptance.isRefused(),
    test: (done) => {
      const result = { done };
      const end = (outcome: "clicked" | "missed" | "failed"): void => {
        clearTimeout(timer);
        result.done(outcome);
        result.done = () => undefined;
        dismiss(testId);
      };
      const timer = setTimeout(() => end("missed"), clickWithinMs);
      timer.unref();
      const notification = show(testId, { ...testNotice, buttons: [], clicked: () => end("clicked") });
      if (notification === null) return end("failed");
      notification.on("failed", () => end("failed"));
    },
  };
}

/** Keeps whether the last notification was refused; why is said once, until one is taken again. */
function watchAcceptance(changed: () => void) {
  let refused = false;
  const become = (next: boolean): void => {
    if (refused === next) return;
    refused = next;
    changed();
  };
  return {
    isRefused: () => refused,
    accepted: () => become(false),
    refused: (why: string) => {
      if (!refused) report(`The system refused a notification: ${visibleLine(why, 200)}`);
      become(true);
    },
  };
}

/**
 * Words that are the same whether a server reads mark-up in a body (Desktop Notifications Specification, "Markup"; links and pictures among it) or
 * not: one cannot be asked which it does.
 */
function unmarked(body: string): string {
  return body.replaceAll("<", "‹").replaceAll(">", "›").replaceAll("&", "＆");
}

const testId = "test";
const testNotice: Notice = words.test;

function icon(assets: string): string {
  return join(assets, "icons", "128x128.png");
}

/** A click that started the app, or on what an earlier run left behind: it opens the window and does no more, whichever button it was. */
function followActivations(heard: { readonly atMs: number }, opened: (approval: null) => void): void {
  Notification.handleActivation(() => {
    setTimeout(() => {
      if (Date.now() - heard.atMs > sameClickMs * 2) opened(null);
    }, sameClickMs).unref();
  });
}
