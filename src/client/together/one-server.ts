/** What the one server is, in both eras. */
export const serverInfo = { name: "countersign", title: "Countersign", version: "1" };
export const offered = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};

export const methodNotFound = -32_601;
export const invalidRequest = -32_600;
export const invalidParams = -32_602;
/** The owner can't pass it on; the message says why. */
export const refused = -32_000;

/** How often a stream without news shows that it lives, in milliseconds. */
export const beatMs = 15_000;
