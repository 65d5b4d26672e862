import { app, type Session } from "electron";

/** Refuses every web permission, device, download and all of the network: the console needs none of them. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Its dictionaries come from the network.
  session.setSpellCheckerEnabled(false);
  session.on("will-download", (event) => event.preventDefault());
  // The pages' policy says so too; this holds for a page that lost its policy. What the engineer's side sends goes by Node, not by this session.
  session.webRequest.onBeforeRequest({ urls: [...remote] }, (_details, answer) => answer({ cancel: true }));
}

/** Nails every page to where the app put it: sandboxed, no navigation, no new window, no guest page, whatever the page says. Before Electron is ready. */
export function lockPages(): void {
  // For every renderer there will ever be, whatever its window's options say.
  app.enableSandbox();
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-frame-navigate", (event) => event.preventDefault());
    contents.on("will-redirect", (event) => event.preventDefault());
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: "deny" }));
  });
}

const remote = ["http://*/*", "https://*/*", "ws://*/*", "wss://*/*", "ftp://*/*", "file://*/*"] as const;
