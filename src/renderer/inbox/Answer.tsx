import { memo, useMemo } from "react";
import type { ShownValue } from "../../shared/approval-context.ts";
import type { MaskedPayload } from "../../shared/approval.ts";
import { CopyButton, copyText } from "../parts/CopyButton.tsx";
import { safeJson } from "../visible-text.ts";
import { words } from "../words.ts";
import { Legend } from "./Legend.tsx";
import { payloadRows } from "./payload-rows.ts";
import css from "./Payload.module.css";
import { PayloadTree } from "./PayloadTree.tsx";
import text from "./RequestDetail.module.css";

/** What the call was answered, as a tree; null where nothing is kept. */
export const Answer = memo(function Answer({ answer }: { readonly answer: ShownValue | null }) {
  const value = answer?.value ?? null;
  return (
    <section aria-labelledby="answer-title">
      <div className={css.sec}>
        <h2 id="answer-title">{words.context.answer}</h2>
        {value !== null && <CopyButton copy={() => copyText(safeJson(value.arguments))}>{words.copy.json}</CopyButton>}
      </div>
      {value === null ? (
        <p className={text.sub}>
          {answer === null ? words.context.noAnswer : words.context.answerTooLong(answer.length)}
        </p>
      ) : (
        <Tree value={value} />
      )}
    </section>
  );
});

function Tree({ value }: { readonly value: MaskedPayload }) {
  const rows = useMemo(() => payloadRows(value), [value]);
  return (
    <>
      <p className={text.sub}>{words.context.answerNote}</p>
      <PayloadTree rows={rows} titleId="answer-title" />
      <Legend payload={value} rows={rows} />
    </>
  );
}
