import { z } from "zod";
import type { AuditEntry } from "../../shared/audit-entry.ts";
import past from "../history/History.module.css";
import facts from "../inbox/RequestDetail.module.css";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";

const names = words.search.leafFacts;
const leafShape = z.object({ body: z.string() });

/** The entry's place in the tree. It shows what the gateway says and proves nothing. */
export function LeafFacts({ entry: { entry, kind, leaf, leafHash, checkpoint } }: { readonly entry: AuditEntry }) {
  return (
    <section>
      <h3>{words.search.leaf}</h3>
      <dl className={facts.facts}>
        <dt>{names.entry}</dt>
        <dd>
          {words.search.entry(entry)}, <Outside text={kind} look="codeSmall" />
        </dd>
        <dt>{names.hash}</dt>
        <dd>
          <Outside text={leafHash} look="codeSmall" />
        </dd>
        <dt>{names.digest}</dt>
        <dd>
          <Outside text={digestIn(leaf)} look="codeSmall" />
        </dd>
        <dt>{names.checkpoint}</dt>
        <dd>
          {checkpoint === null ? (
            words.search.notCovered
          ) : (
            <>
              {words.search.checkpoint(checkpoint.size)}
              <Outside text={checkpoint.root} look="codeSmall" />
            </>
          )}
        </dd>
      </dl>
      <p className={past.sub}>
        {words.search.leafNote} <code>{words.search.leafCommand}</code>.
      </p>
    </section>
  );
}

function digestIn(leaf: string): string {
  try {
    return leafShape.parse(JSON.parse(leaf)).body;
  } catch {
    return leaf;
  }
}
