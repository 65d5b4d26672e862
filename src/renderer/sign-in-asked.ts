import type { ConsoleState } from "../shared/console.ts";
import { spoken } from "./visible-text.ts";
import { words } from "./words.ts";

/** Who wants what, who asks for the sign-in, and what waits for it. */
export function signInAskedText(
  asked: NonNullable<ConsoleState["signInAsked"]>,
  clients: ConsoleState["clients"],
): string {
  const { rule, asks, connection, name, client, calls } = asked;
  const who = clients.find(({ id }) => id === client)?.name ?? words.signInAsked.aClient;
  const wants = words.signInAsked.wants(spoken(who, 40), spoken(name ?? "", 60), spoken(connection, 40));
  const why = rule === null ? words.signInAsked.provider : words.signInAsked.rule(spoken(rule, 60), spoken(asks, 120));
  return `${wants} ${why} ${words.signInAsked.waits(calls)}`;
}
