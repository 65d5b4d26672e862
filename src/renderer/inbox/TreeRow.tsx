import { useState, type CSSProperties } from "react";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Outside } from "../parts/Outside.tsx";
import { countAlike, countUnseen, spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import type { PayloadRow } from "./payload-rows.ts";
import css from "./Payload.module.css";
import { foldAt, TreeValue } from "./TreeValue.tsx";

interface TreeRowProps {
  readonly row: PayloadRow;
  readonly isFolded: boolean;
  readonly onToggle: () => void;
}

/** One line: name, value, and what is to be said of it. */
export function TreeRow({ row, isFolded, onToggle }: TreeRowProps) {
  const [isLong, setLong] = useState(false);
  const { value, name } = row;
  const isBranch = (value.kind === "object" || value.kind === "array") && value.size > 0;
  const depth = { "--depth": row.depth } as CSSProperties;
  return (
    <li className={css.row} style={depth}>
      <span className={css.value}>
        {isBranch ? (
          <Twist name={String(name)} isFolded={isFolded} onToggle={onToggle} />
        ) : (
          <span className={css.twist} />
        )}
        <span className={css.words}>
          {name !== null && (
            <>
              <span className={css.key}>
                <Outside text={String(name)} />
              </span>
              <span className={css.colon}>: </span>
            </>
          )}
          <TreeValue row={row} isLong={isLong} />
        </span>
      </span>
      <Note row={row} isFolded={isFolded} isLong={isLong} onLong={() => setLong(!isLong)} />
    </li>
  );
}

interface NoteProps {
  readonly row: PayloadRow;
  readonly isFolded: boolean;
  readonly isLong: boolean;
  readonly onLong: () => void;
}

function Note({ row: { value, hiddenAs, name }, isFolded, isLong, onLong }: NoteProps) {
  const text = value.kind === "string" ? value.text : "";
  const odd = countUnseen(text) + countUnseen(String(name ?? ""));
  const alike = countAlike(text) + countAlike(String(name ?? ""));
  return (
    <span className={css.note}>
      {isFolded && "size" in value && words.payload.size(value.size, value.kind)}
      {hiddenAs.length > 0 && words.payload.maskedAs(hiddenAs.map(kindWord))}
      {odd > 0 && (
        <>
          <Icon name="note" size={12} />
          {words.payload.odd(odd)}
        </>
      )}
      {alike > 0 && (
        <>
          <Icon name="note" size={12} />
          {words.payload.alike(alike)}
        </>
      )}
      {text.length > foldAt && (
        <Button look="link" size="small" expanded={isLong} onClick={onLong}>
          {isLong ? words.payload.less : words.payload.show(text.length)}
        </Button>
      )}
    </span>
  );
}

function Twist({
  name,
  isFolded,
  onToggle,
}: {
  readonly name: string;
  readonly isFolded: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <button
      type="button"
      className={css.twist}
      aria-expanded={!isFolded}
      aria-label={`${isFolded ? words.payload.unfold : words.payload.fold} ${spoken(name)}`}
      onClick={onToggle}
    >
      <Icon name={isFolded ? "right" : "down"} size={12} />
    </button>
  );
}

/** A detector's name as it is; `field` says that the field's name did it. */
export function kindWord(kind: string): string {
  return kind === "field" ? words.payload.fieldKind : spoken(kind, 40);
}
