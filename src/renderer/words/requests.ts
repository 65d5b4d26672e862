export const requests = {
  title: "My requests",
  note: "Your own calls that a rule holds, and how they ended",
  columns: {
    call: "Call",
    connection: "Connection",
    risk: "Risk",
    state: "State",
    held: "Held",
    outcome: "What follows",
  },
  waits: (left: string, groups: string) => `${left} left; ${groups} may decide`,
  waitsFor: (waits: string, meter: string) => `${waits}; ${meter}`,
  emptyTitle: "None of your calls is held",
  empty: "A call that a rule holds for approval shows here while it waits, with how it ended.",
} as const;
