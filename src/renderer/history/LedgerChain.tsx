import type { ConsoleState } from "../../shared/console.ts";
import type { HistoryDetail } from "../../shared/history.ts";
import { Icon } from "../parts/Icon.tsx";
import { clockSeconds, localTime } from "../times.ts";
import { words } from "../words.ts";
import css from "./History.module.css";

interface LedgerChainProps {
  readonly detail: HistoryDetail;
  readonly gateway: ConsoleState["gateway"];
}

/** Where the ledger has it: the numbers of its entries, and the checkpoint that covers them. It shows what the gateway says and proves nothing. */
export function LedgerChain({ detail: { entries, checkpoint }, gateway }: LedgerChainProps) {
  return (
    <section>
      <h3>{words.history.ledger}</h3>
      <ol className={css.chain}>
        {entries.map(({ entry, kind, atMs, own }) => (
          <li key={entry}>
            <Icon name="dot" size={12} />
            <span>
              {words.history.entries[kind] ?? kind}
              {own && words.history.own}
            </span>
            <code>{words.history.entryAt(entry, clockSeconds(localTime(gateway, atMs)))}</code>
          </li>
        ))}
        <li>
          <Icon name={checkpoint === null ? "clock" : "seal"} />
          <span>{checkpoint === null ? words.history.notCovered : words.history.covered}</span>
          {checkpoint !== null && (
            <code>
              {words.history.checkpoint(checkpoint.size)}
              {checkpoint.root}
            </code>
          )}
        </li>
      </ol>
      <p className={css.sub}>
        {words.history.ledgerNote} <code>{words.history.ledgerCommand}</code>.
      </p>
    </section>
  );
}
