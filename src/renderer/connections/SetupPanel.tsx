import { useEffect, useState } from "react";
import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ErrorCode, Result } from "../../shared/errors.ts";
import type { SetupAsk, SetupChange } from "../../shared/setup.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Diff } from "./Diff.tsx";
import css from "./setup.module.css";

interface Wanted {
  readonly does: SetupAsk["does"];
  readonly programs: readonly SetupAsk["program"][];
}

interface SetupPanelProps {
  readonly ask: Wanted;
  readonly title: string;
  /** Something was written. */
  readonly onWritten: () => void;
  /** Asked for to undo what was written, where that can be. */
  readonly onUndo?: () => void;
  readonly onClose: () => void;
}

type Step =
  | { readonly at: "reading" }
  | { readonly at: "shown" | "writing" | "done"; readonly changes: readonly SetupChange[] }
  | { readonly at: "failed"; readonly code: ErrorCode };

/** The exact change to clients' files, shown before it is written, then what became of it. It is about what it was opened for. */
export function SetupPanel({ ask, title, onWritten, onUndo, onClose }: SetupPanelProps) {
  const { bridge } = useModel();
  const [wanted] = useState(ask);
  const { does } = wanted;
  const [step, setStep] = useState<Step>({ at: "reading" });
  useEffect(() => {
    let isLeft = false;
    const show = async () => {
      const planned = await planOf(bridge, wanted);
      if (!isLeft) setStep(planned);
    };
    void show();
    return () => void (isLeft = true);
  }, [bridge, wanted]);
  const again = async () => {
    setStep({ at: "reading" });
    setStep(await planOf(bridge, wanted));
  };
  const write = async (changes: readonly SetupChange[]) => {
    setStep({ at: "writing", changes });
    const seen = Object.fromEntries(changes.map((change) => [change.file, change.seen]));
    const written = await stepAfter("done", wanted, (one) => bridge.applySetup({ ...one, seen }));
    setStep(written);
    if (written.at === "done") onWritten();
  };
  return (
    <section className={css.panel} aria-label={title} data-rest="[data-harmless] button">
      {step.at === "reading" && <p role="status">{words.setup.reading}</p>}
      {step.at === "failed" && (
        <p role="alert" className={css.bad}>
          {words.setup.failed} {wording(step.code)}
        </p>
      )}
      {"changes" in step &&
        step.changes.map((change) => <Change key={change.file} change={change} isDone={step.at === "done"} />)}
      <div className={css.bar}>
        {"changes" in step && step.at !== "done" && step.changes.some(isMeant) && (
          <Button size="small" look="strong" disabled={step.at === "writing"} onClick={() => void write(step.changes)}>
            {words.setup.write[does]}
          </Button>
        )}
        {step.at === "failed" && (
          <Button size="small" onClick={() => void again()}>
            {words.setup.lookAgain}
          </Button>
        )}
        {step.at === "done" && onUndo !== undefined && step.changes.some(isMeant) && (
          <Button size="small" onClick={onUndo}>
            {words.setup.undo}
          </Button>
        )}
        <span data-harmless="">
          <Button size="small" onClick={onClose}>
            {step.at === "reading" || (step.at === "shown" && step.changes.some(isMeant))
              ? words.setup.cancel
              : words.setup.close}
          </Button>
        </span>
      </div>
    </section>
  );
}

function planOf(bridge: ConsoleBridge, wanted: Wanted): Promise<Step> {
  return stepAfter("shown", wanted, (one) => bridge.planSetup(one));
}

/** Asks for one program after the other; the first that fails as a whole ends it. */
async function stepAfter(
  at: "shown" | "done",
  { does, programs }: Wanted,
  ask: (one: SetupAsk) => Promise<Result<readonly SetupChange[]>>,
): Promise<Step> {
  const changes: SetupChange[] = [];
  for (const program of programs) {
    const answer = await ask({ does, program });
    if (!answer.ok) return { at: "failed", code: answer.error.code };
    changes.push(...answer.value);
  }
  return { at, changes };
}

interface ChangeProps {
  readonly change: SetupChange;
  readonly isDone: boolean;
}

function Change({ change: { did, diff, problem, notes, file }, isDone }: ChangeProps) {
  const place = problem?.line == null ? "" : words.clients.place(problem.line, problem.column ?? 1);
  return (
    <div className={css.change}>
      <p>
        <Outside text={file} look="code" />
      </p>
      {did === "refused" && (
        <p role="alert" className={css.bad}>
          {words.setup.refused} {place}
          {problem?.message}
        </p>
      )}
      {did === "nothing" && <p>{isDone ? words.setup.done.nothing : words.setup.nothing}</p>}
      {diff.length > 0 && !isDone && (
        <>
          <Diff lines={diff} label={words.setup.change(file)} />
          <p className={css.note}>{words.setup.would}</p>
        </>
      )}
      {isDone && (did === "written" || did === "removed") && (
        <p role="status" className={css.done}>
          {words.setup.done[did]} {notes.join(" ")}
        </p>
      )}
    </div>
  );
}

function isMeant({ did }: SetupChange): boolean {
  return did === "written" || did === "removed";
}
