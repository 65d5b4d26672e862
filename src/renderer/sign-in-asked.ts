import type { ConsoleState } from "../shared/console.ts";
import { spoken } from "./visible-text.ts";
import { words } from "./words.ts";

type Asked = NonNullable<ConsoleState["signInAsked"]>;
type Clients = ConsoleState["clients"];

/** How the sentence begins: which client calls, or that the person approves. */
export function beginsWith({ client, name, decision }: Asked, clients: Clients): string {
  if (decision === true) return words.signInAsked.approves;
  const who = spoken(clients.find(({ id }) => id === client)?.name ?? words.signInAsked.aClient, 40);
  return name === null ? words.signInAsked.calls(who) : words.signInAsked.wants(who);
}

/** How it goes on after the connection: who asks for the sign-in, and what waits for it. */
export function goesOn({ rule, asks, calls, decision }: Asked): string {
  if (decision === true) return `, ${words.signInAsked.approvalAsks(spoken(rule ?? "", 60), spoken(asks, 120))}`;
  const why = rule === null ? words.signInAsked.provider : words.signInAsked.rule(spoken(rule, 60), spoken(asks, 120));
  return `. ${why} ${words.signInAsked.waits(calls)}`;
}

/** All of it for a screen reader. */
export function signInAskedText(asked: Asked, clients: Clients): string {
  const { name, connection } = asked;
  const what = name === null ? "" : `${spoken(name, 60)}${words.signInAsked.on}`;
  return `${beginsWith(asked, clients)}${what}${spoken(connection, 40)}${goesOn(asked)}`;
}
