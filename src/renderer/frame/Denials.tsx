import type { AllDeciding, Deciding } from "../deciding.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { secondsLeft } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import css from "./Notices.module.css";

type Denial = Extract<Deciding, { step: "denying" }>;

/** Denials that can still be undone, wherever the person has gone: one band for all that one press denied. */
export function Denials() {
  const { decisions, clock } = useModel();
  const nowMs = useStore(clock);
  return [...batchesOf(useStore(decisions.all))].map(([batch, denials]) => {
    const [first] = denials;
    if (first === undefined) return null;
    if (denials.length === 1) return <OneDenial key={batch} denial={first} />;
    return (
      <Undoable key={batch} undo={words.decide.undoAll} onUndo={() => decisions.undoBatch(batch)}>
        {words.decide.denyingMany(denials.length, secondsLeft(first.sendsAtMs - nowMs))}
      </Undoable>
    );
  });
}

function OneDenial({ denial }: { readonly denial: Denial }) {
  const { decisions, selection, page, clock } = useModel();
  const nowMs = useStore(clock);
  const chosen = useStore(selection.chosen);
  const isInbox = useStore(page) === "inbox";
  const { id, tool, connection } = denial.approval;
  // The request's own bar has Undo where it is on the screen; a narrow window may show the list in its place.
  const isShown = isInbox && id === chosen.id;
  if (isShown && chosen.isOpen) return null;
  return (
    <div className={isShown ? css.narrow : undefined}>
      <Undoable undo={words.decide.undo} onUndo={() => decisions.undo(id)}>
        {words.decide.denyingOther(secondsLeft(denial.sendsAtMs - nowMs), spoken(tool), spoken(connection))}
      </Undoable>
    </div>
  );
}

interface UndoableProps {
  readonly undo: string;
  readonly onUndo: () => void;
  readonly children: string;
}

/** A band that says what is about to be sent, and takes it back. */
export function Undoable({ undo, onUndo, children }: UndoableProps) {
  const action = (
    <Button size="small" onClick={onUndo}>
      {undo}
    </Button>
  );
  return (
    <Band tone="warn" icon="clock" action={action}>
      {children}
    </Band>
  );
}

function batchesOf(all: AllDeciding): ReadonlyMap<number, readonly Denial[]> {
  const batches = new Map<number, Denial[]>();
  for (const deciding of all.values()) {
    if (deciding.step !== "denying") continue;
    const batch = batches.get(deciding.batch) ?? [];
    batch.push(deciding);
    batches.set(deciding.batch, batch);
  }
  return batches;
}
