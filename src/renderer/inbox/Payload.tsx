import { memo, useState } from "react";
import type { MaskedPayload } from "../../shared/approval.ts";
import { CopyButton, copyText } from "../parts/CopyButton.tsx";
import { safeJson } from "../visible-text.ts";
import { words } from "../words.ts";
import { Legend } from "./Legend.tsx";
import { payloadRows } from "./payload-rows.ts";
import css from "./Payload.module.css";
import { PayloadText } from "./PayloadText.tsx";
import { PayloadTree } from "./PayloadTree.tsx";

const looks = ["tree", "text"] as const;

/** The masked payload, whole: what is drawn here is what a decision signs (rule 3). A long one is not drawn again each second. */
export const Payload = memo(function Payload({ payload }: { readonly payload: MaskedPayload }) {
  const [look, setLook] = useState<(typeof looks)[number]>("tree");
  const rows = payloadRows(payload);
  return (
    <section aria-labelledby="payload-title">
      <div className={css.sec}>
        <h2 id="payload-title">{words.payload.title}</h2>
        <CopyButton copy={() => copyText(safeJson(payload.arguments))}>{words.copy.json}</CopyButton>
        <div className={css.switch} role="group" aria-label={words.payload.as}>
          {looks.map((each) => (
            <button key={each} type="button" aria-pressed={look === each} onClick={() => setLook(each)}>
              {words.payload[each]}
            </button>
          ))}
        </div>
      </div>
      {look === "tree" ? <PayloadTree rows={rows} titleId="payload-title" /> : <PayloadText payload={payload} />}
      <Legend payload={payload} rows={rows} />
    </section>
  );
});
