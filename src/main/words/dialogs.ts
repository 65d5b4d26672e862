/** What dialogs say. */
export const dialogs = {
  hidden: {
    message: "Countersign stays in the tray",
    detail:
      "Calls go on and requests still reach you. Start Countersign again to see this window, or quit it from the tray's menu.",
  },
  noTray: {
    message: "This desktop shows no tray",
    detail:
      "Countersign stays in the window list instead. Calls go on and requests still reach you. Quit it from its settings page. On GNOME, the AppIndicator extension shows the tray.",
  },
  link: {
    openApp: "Open Countersign?",
    openRequest: "Open this request?",
    addGateway: "Add a gateway?",
    gateway: (address: string) => `the page that adds the gateway ${address}, which you would have to confirm there`,
    asks: (what: string) => `A link asks to show ${what}. Opening it decides nothing.`,
    moment: (session: string, entry: number) => `entry ${entry} of the session ${session}, for the role auditor`,
    page: (page: string) => `the page “${page}”`,
    unknown: (approval: string) => `the request ${approval}, which is not known here`,
    request: (tool: string, connection: string) => `${tool} on ${connection}`,
    open: "Open",
    cancel: "Cancel",
  },
  notStarted: "Countersign cannot start",
} as const;
