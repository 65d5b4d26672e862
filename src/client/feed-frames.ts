import type { ApprovalView } from "../shared/approval.ts";
import { feedFrame, type FeedFrame } from "../shared/feed.ts";
import type { LinkTrouble } from "../shared/link-trouble.ts";
import type { HeldApprovals } from "./held-approvals.ts";

/** How the link to the gateway stands; `nextTryAtMs` by this machine's clock, null while nothing is planned. */
export interface FeedLink {
  readonly link: "connecting" | "online" | "offline";
  readonly nextTryAtMs: number | null;
  /** Why the last try did not hold; null while nothing has gone wrong. */
  readonly trouble: LinkTrouble | null;
}

/** Who takes what the stream says. */
export interface FrameTakers {
  readonly held: HeldApprovals;
  readonly now: () => number;
  onLink(link: FeedLink): void;
  /** Something in `held` changed. */
  onApprovals(): void;
  /** The gateway's clock minus ours, in ms. */
  onClock(offsetMs: number): void;
  /** Something about the grants that this person may see. */
  onGrants(): void;
  /** Something about this person's devices. */
  onDevices(): void;
  /** Who else has this request open now, by name. */
  onLooking(approval: string, by: readonly string[]): void;
  /** A signed note, not verified yet. */
  onCheckpoint(note: string): void;
}

/** Where the stream resumes: a revision up to which nothing is missing, or null for a whole snapshot. */
export interface Place {
  after: number | null;
}

/** Reads the frames of one connection, as an open stream of approvals that loses none. */
export interface FrameReader {
  /** False for a frame after which the connection must be made anew: not of this protocol, of a gateway that lost its state, or of one that changes what was asked. */
  read(text: string): boolean;
  /** Since when what follows is live, or null before that. */
  readyAtMs(): number | null;
}

export function createFrameReader(options: FrameTakers, place: Place): FrameReader {
  /** A snapshot is taken at once at `ready`, so that nothing pending vanishes from view meanwhile. */
  let snapshot: ApprovalView[] | null = place.after === null ? [] : null;
  let isWhole = false;
  let readyAtMs: number | null = null;
  let highest = place.after ?? 0;

  function takeApproval(approval: ApprovalView): boolean {
    if (!options.held.fits(approval)) return false;
    highest = Math.max(highest, approval.revision);
    if (snapshot !== null && readyAtMs === null) {
      snapshot.push(approval);
      return true;
    }
    // Only after `ready` do revisions arrive in order; before it a lower one may still be on its way.
    if (readyAtMs !== null) place.after = highest;
    if (options.held.take(approval)) options.onApprovals();
    return true;
  }

  function takeReady(revision: number): boolean {
    if (place.after !== null && revision < place.after) {
      // A gateway that counts lower than it did has lost its state: take a whole snapshot of what it has now.
      place.after = null;
      return false;
    }
    readyAtMs = options.now();
    if (snapshot !== null && isWhole) options.held.takeWhole(snapshot);
    else if (snapshot !== null) options.held.takePending(snapshot);
    place.after = Math.max(highest, revision);
    options.onApprovals();
    options.onLink({ link: "online", nextTryAtMs: null, trouble: null });
    return true;
  }

  function take(frame: FeedFrame): boolean {
    switch (frame.type) {
      case "hello":
        isWhole = frame.whole === true;
        if (isWhole) snapshot = [];
        options.onClock(frame.nowMs - options.now());
        return true;
      case "time":
        options.onClock(frame.nowMs - options.now());
        return true;
      case "approval":
        return takeApproval(frame.approval);
      case "ready":
        return takeReady(frame.revision);
      case "devices":
        options.onDevices();
        return true;
      case "looking":
        options.onLooking(frame.approval, frame.by);
        return true;
      case "grants":
        options.onGrants();
        return true;
      case "checkpoint":
        options.onCheckpoint(frame.note);
        return true;
      default:
        return frame satisfies never;
    }
  }

  return {
    readyAtMs: () => readyAtMs,
    read(text) {
      const frame = parseFrame(text);
      return frame !== null && take(frame);
    },
  };
}

function parseFrame(text: string): FeedFrame | null {
  try {
    return feedFrame.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
