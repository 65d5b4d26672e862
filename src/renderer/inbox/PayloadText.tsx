import { Fragment, useState } from "react";
import type { MaskedPayload } from "../../shared/approval.ts";
import { Button } from "../parts/Button.tsx";
import { Segments } from "../parts/Outside.tsx";
import { cut, segments } from "../visible-text.ts";
import { words } from "../words.ts";
import { payloadText, type TextPiece } from "./payload-rows.ts";
import css from "./Payload.module.css";

const foldAt = 2000;
const firstPieces = 2000;
const morePieces = 5000;

/** The payload as the JSON text it is. */
export function PayloadText({ payload }: { readonly payload: MaskedPayload }) {
  const [limit, setLimit] = useState(firstPieces);
  const pieces = payloadText(payload);
  const shown = pieces.slice(0, limit);
  return (
    <pre className={css.text}>
      {/* Pieces never move within their text, so the place is the key. */}
      {shown.map((piece, index) => (
        <Piece key={index} piece={piece} />
      ))}
      {shown.length < pieces.length && (
        <Button look="link" size="small" onClick={() => setLimit(limit + morePieces)}>
          {words.payload.more(values(pieces.slice(limit, limit + morePieces)), values(pieces.slice(limit)))}
        </Button>
      )}
    </pre>
  );
}

function values(pieces: readonly TextPiece[]): number {
  return pieces.filter(({ kind }) => kind !== "layout" && kind !== "key").length;
}

function Piece({ piece: { text, kind } }: { readonly piece: TextPiece }) {
  const [isLong, setLong] = useState(false);
  if (kind === "layout") return <span className={css.layout}>{text}</span>;
  const shown = isLong ? text : cut(text, foldAt);
  return (
    <Fragment>
      <bdi className={css[kind]}>
        <Segments of={segments(shown)} />
        {shown.length < text.length && "…"}
      </bdi>
      {shown.length < text.length && (
        <Button look="link" size="small" onClick={() => setLong(true)}>
          {words.payload.show(text.length)}
        </Button>
      )}
    </Fragment>
  );
}
