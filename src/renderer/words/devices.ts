export const devices = {
  title: "Devices",
  list: "Your devices",
  this: "This one",
  enrolled: (at: string) => `Enrolled ${at}`,
  remove: "Remove",
  removeOf: (name: string) => `Remove ${name}`,
  sure: "Yes, remove it",
  keep: "Keep it",
  isNew: (name: string, at: string) => `A device was enrolled for you: ${name}, ${at}. If that was not you, remove it.`,
  mine: "It was me",
  told: (name: string) => `A device was enrolled for you: ${name}. If that was not you, remove it.`,
} as const;
