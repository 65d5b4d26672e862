/** How long a client waits for an answer before it gives up by itself, less a margin, in milliseconds. */
interface Budget {
  /** Whatever it is sent meanwhile. */
  readonly quietMs: number;
  /** Where it asked for progress and is known to begin anew with each notification of it. */
  readonly progressMs?: number;
}

const second = 1000;
const hour = 3_600_000;

/**
 * What is known of clients, by how `clientInfo.name` begins: bridges append " (via …)", and some clients vary their name by mode.
 * The margin leaves time for the call itself.
 */
const known: readonly (Budget & { readonly prefix: string })[] = [
  { prefix: "claude-code", quietMs: 280 * second, progressMs: hour }, // idle 300 s, reset by progress
  { prefix: "claude-ai", quietMs: 50 * second }, // Claude Desktop: 60 s to 4 min
  { prefix: "visual studio code", quietMs: 280 * second }, // about 5 min
  { prefix: "gemini-cli", quietMs: 580 * second }, // 600 s
  { prefix: "opencode", quietMs: 50 * second }, // 60 s
  { prefix: "countersign-cli", quietMs: 50 * second, progressMs: hour }, // our own: src/cli/mcp-call.ts
];

/** `approvals` of gateway.yaml, as far as it counts here: `budget` for clients that are not known, `budgets` by prefix. */
export interface BudgetSettings {
  readonly budget: number;
  readonly budgets: Readonly<Record<string, number>>;
}

/** How long a held call may stay without its answer, in milliseconds: the longest prefix of the settings, then what is known. */
export function budgetOf(clientName: string, wantsProgress: boolean, settings: BudgetSettings): number {
  const name = clientName.toLowerCase();
  const set = longest(
    Object.entries(settings.budgets).map(([prefix, ms]) => ({ prefix: prefix.toLowerCase(), quietMs: ms })),
    name,
  );
  const found: Budget = set ?? longest(known, name) ?? { quietMs: settings.budget };
  return wantsProgress ? (found.progressMs ?? found.quietMs) : found.quietMs;
}

/** Whether the client is known to wait as long as it sees progress: then nothing shorter need be said to it. */
export function waitsWithProgress(clientName: string, settings: BudgetSettings): boolean {
  const quiet = budgetOf(clientName, false, settings);
  return budgetOf(clientName, true, settings) > quiet;
}

function longest<B extends { readonly prefix: string }>(budgets: readonly B[], name: string): B | undefined {
  return budgets
    .filter(({ prefix }) => name.startsWith(prefix))
    .toSorted((one, two) => two.prefix.length - one.prefix.length)[0];
}
