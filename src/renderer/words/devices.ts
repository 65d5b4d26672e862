export const devices = {
  title: "Devices",
  list: "Your devices",
  this: "This one",
  enrolled: (at: string) => `Enrolled ${at}`,
  waits: "Decides nothing yet",
  remove: "Remove",
  removeOf: (name: string) => `Remove ${name}`,
  sure: "Yes, remove it",
  keep: "Keep it",
  isNew: (name: string, at: string) =>
    `A device was enrolled for you: “${name}”, ${at}. If that was not you, remove it.`,
  asks: (name: string, at: string) =>
    `A device was enrolled for you: “${name}”, ${at}. It decides nothing until you let it. If that was not you, remove it.`,
  mine: "It was me",
  confirm: "It was me: let it decide",
  confirmOf: (name: string) => `Let it decide: ${name}`,
  confirmShort: "Let it decide",
  notMine: "Not me: remove it",
  told: (name: string) => `A device was enrolled for you: “${name}”. If that was not you, remove it.`,
  here: {
    device:
      "You had another device before this one, so this one decides nothing yet. Open Countersign there and choose “It was me: let it decide”. If you have it no more, an administrator can let this one, by the command.",
    admin: (command: string) =>
      `You had a device before this one, so this one decides nothing yet, and none of the others can let it any more. Ask an administrator to run: ${command}`,
    told: "This device may not decide yet.",
    confirmed: "This device may decide now.",
    copy: "Copy the command",
    command: (id: string) => `countersign devices confirm ${id}`,
  },
} as const;
