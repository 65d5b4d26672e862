import { useEffect, useState } from "react";
import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { SetupAsk, SetupChange } from "../../shared/setup.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Diff } from "./Diff.tsx";
import css from "./setup.module.css";

interface SetupPanelProps {
  readonly ask: SetupAsk;
  readonly name: string;
  /** Something was written. */
  readonly onWritten: () => void;
  readonly onUndo: () => void;
  readonly onClose: () => void;
}

type Step =
  | { readonly at: "reading" }
  | { readonly at: "shown" | "writing" | "done"; readonly changes: readonly SetupChange[] }
  | { readonly at: "failed"; readonly code: ErrorCode };

/** The exact change to a client's file, shown before it is written, then what became of it. */
export function SetupPanel({ ask: { does, program }, name, onWritten, onUndo, onClose }: SetupPanelProps) {
  const { bridge } = useModel();
  const [step, setStep] = useState<Step>({ at: "reading" });
  useEffect(() => {
    let isLeft = false;
    const show = async () => {
      const planned = await planOf(bridge, { does, program });
      if (!isLeft) setStep(planned);
    };
    void show();
    return () => void (isLeft = true);
  }, [bridge, does, program]);
  const again = async () => {
    setStep({ at: "reading" });
    setStep(await planOf(bridge, { does, program }));
  };
  const write = async (changes: readonly SetupChange[]) => {
    setStep({ at: "writing", changes });
    const seen = Object.fromEntries(changes.map((change) => [change.file, change.seen]));
    const answer = await bridge.applySetup({ does, program, seen });
    setStep(answer.ok ? { at: "done", changes: answer.value } : { at: "failed", code: answer.error.code });
    if (answer.ok) onWritten();
  };
  const title = words.setup.title[does](name);
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
        {step.at === "done" && does !== "undo" && step.changes.some(isMeant) && (
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

async function planOf(bridge: ConsoleBridge, ask: SetupAsk): Promise<Step> {
  const answer = await bridge.planSetup(ask);
  return answer.ok ? { at: "shown", changes: answer.value } : { at: "failed", code: answer.error.code };
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
