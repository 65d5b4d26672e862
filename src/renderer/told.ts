import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { waitsHere } from "../shared/device.ts";
import type { AllDeciding } from "./deciding.ts";
import { waitingFor } from "./inbox/listed.ts";
import { spoken } from "./visible-text.ts";
import { signInAskedText } from "./sign-in-asked.ts";
import { words } from "./words.ts";

/** So many are told of one by one; more are counted. */
const oneByOne = 3;
/** When time is told of, in seconds left; the last only of the request that is being read. */
const warnings = [60, 15] as const;

/** What is told when one state follows on another: the way to the gateway, new requests, and what became of those the reader has to do with. */
export function newsOf(before: ConsoleState, now: ConsoleState, shown: string | null): readonly string[] {
  return [
    ...linkNews(before, now),
    ...heldNews(before, now),
    ...(before.approvals === now.approvals ? [] : approvalNews(before, now, shown)),
  ];
}

/** What is told when decisions get under way. */
export function newsOfDeciding(before: AllDeciding, now: AllDeciding): readonly string[] {
  const begun = [...now].flatMap(([id, each]) =>
    each.step === "denying" && before.get(id)?.step !== "denying" ? [each.approval] : [],
  );
  const undone = [...before].some(([id, each]) => each.step === "denying" && !now.has(id));
  const [first] = begun;
  if (first === undefined) return undone ? [words.told.undone] : [];
  if (begun.length > 1) return [words.told.denyingMany(begun.length)];
  return [words.told.denying(spoken(first.tool), spoken(first.connection))];
}

/** What is told as time passes, both by the gateway's clock: once at a minute left, and of the request that is read once more near its end. */
export function newsOfTime(state: ConsoleState, shown: string | null, beforeMs: number, nowMs: number): string | null {
  const crosses = ({ expiresAtMs }: ApprovalView, seconds: number) =>
    expiresAtMs - beforeMs > seconds * 1000 && expiresAtMs - nowMs <= seconds * 1000 && expiresAtMs > nowMs;
  const near: ApprovalView[] = [];
  for (const approval of waitingFor(state)) {
    // They are in the order of their ends.
    if (approval.expiresAtMs - nowMs > warnings[0] * 1000) break;
    const crossed = warnings.find((seconds) => crosses(approval, seconds));
    if (crossed === undefined) continue;
    if (approval.id === shown) return words.told.left(spoken(approval.tool), spoken(approval.connection), crossed);
    if (crossed === warnings[0]) near.push(approval);
  }
  const [first] = near;
  if (first === undefined) return null;
  if (near.length > 1) return words.told.leftMany(near.length);
  return words.told.left(spoken(first.tool), spoken(first.connection), warnings[0]);
}

function linkNews(before: ConsoleState, now: ConsoleState): readonly string[] {
  const said: string[] = [];
  if (before.session.state === "signed-in" && now.session.state === "needs-sign-in") said.push(words.told.signIn);
  if (before.signInAsked === null && now.signInAsked !== null) said.push(signInAskedText(now.signInAsked, now.clients));
  const [had, has] = [endOf(before), endOf(now)];
  if (has !== null && has !== had) said.push(words.told.ends(has));
  const news = new Set(before.devices.filter(({ isNew }) => isNew).map(({ id }) => id));
  for (const { id, name, isNew } of now.devices)
    if (isNew && !news.has(id)) said.push(words.devices.told(spoken(name)));
  const [waited, waits] = [waitsHere(before.devices), waitsHere(now.devices)];
  if (waited !== waits && waits !== undefined) said.push(words.devices.here.told);
  const isListed = now.devices.some(({ isThis }) => isThis);
  if (waited !== undefined && waits === undefined && isListed) said.push(words.devices.here.confirmed);
  if (before.gateway.link !== "offline" && now.gateway.link === "offline") said.push(words.told.offline);
  if (before.gateway.link === "offline" && now.gateway.link === "online") said.push(words.told.online);
  if (before.pause === null && now.pause !== null) said.push(words.told.paused);
  if (before.pause !== null && now.pause === null) said.push(words.told.resumed);
  return said;
}

/** Which warning of the session's end holds. */
function endOf({ session }: ConsoleState) {
  return session.state === "signed-in" ? (session.ends?.minutes ?? null) : null;
}

function heldIn({ desktop }: ConsoleState) {
  return (desktop?.decisions ?? []).filter(({ step }) => step === "held");
}

/** What was clicked in a notification is about to be sent. */
function heldNews(before: ConsoleState, now: ConsoleState): readonly string[] {
  const known = new Set(heldIn(before).map(({ approval }) => approval));
  return heldIn(now)
    .filter(({ approval }) => !known.has(approval))
    .map(({ verdict, tool, connection }) => words.told.held[verdict](spoken(tool), spoken(connection)));
}

function approvalNews(before: ConsoleState, now: ConsoleState, shown: string | null): readonly string[] {
  const known = new Map(before.approvals.map((approval) => [approval.id, approval]));
  const fresh = waitingFor(now).filter(({ id }) => !known.has(id));
  const account = now.session.state === "signed-in" ? now.session.account.id : null;
  const ended = now.approvals.filter((approval) => {
    const last = known.get(approval.id);
    if (last === undefined) return false;
    // A request that goes on waiting is told of only where the reader's part in it is done.
    const isPart = approval.standing === "decided" && last.standing !== "decided";
    if (approval.state === "pending" ? !isPart : last.state === approval.state) return false;
    return approval.id === shown || approval.relation === "requester" || approval.decision?.by.id === account;
  });
  return [
    ...(ended.length > oneByOne ? [words.told.becameMany(ended.length)] : ended.map((each) => became(each, account))),
    ...arrivals(fresh),
  ];
}

function arrivals(fresh: readonly ApprovalView[]): readonly string[] {
  if (fresh.length > oneByOne)
    return [words.told.arrivedMany(fresh.length, fresh.filter(({ risk }) => risk === "critical").length)];
  return fresh.map(({ tool, connection, risk, requester }) =>
    words.told.arrived(spoken(tool), spoken(connection), words.risk[risk], spoken(requester.name)),
  );
}

function became({ tool, connection, state, decision }: ApprovalView, account: string | null): string {
  const call = words.told.call(spoken(tool), spoken(connection));
  if (state === "pending") return words.told.others(call);
  if (state === "denied" && decision === null) return words.told.locked(call);
  const by = decision?.by;
  if (by === undefined) return words.told.became[state](call, words.told.approver);
  return words.told.became[state](call, by.id === account ? words.told.you : spoken(by.name));
}
