import { useEffect, useState } from "react";
import { Blank } from "../parts/Blank.tsx";
import text from "../parts/text.module.css";
import { Bone } from "../session/DetailBones.tsx";
import { words } from "../words.ts";
import css from "./History.module.css";
import type { Past } from "./past.ts";

const quietMs = 300;
const widths = [320, 280, 360, 240, 300, 260] as const;

/** In the table's place while it has no line: what comes, or that nothing does. */
export function Unread({ past: { at, filter, next } }: { readonly past: Past }) {
  if (at === "unread" || at === "reading" || at === "reading older") return <Reading />;
  if (at === "failed") return null;
  if (filter.search?.trim() || filter.verdict || filter.risk || next !== null)
    return (
      <p className={css.note} role="status">
        {words.history.nothingFound}
      </p>
    );
  return (
    <Blank title={words.history.noneTitle[filter.kind]}>
      <p>{words.history.none[filter.kind]}</p>
    </Blank>
  );
}

/** In the shape of what comes, and only after a moment: what is quick needs no drawing. */
function Reading() {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), quietMs);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div className={css.bones} aria-busy="true">
      <span className={text.sr} role="status">
        {words.history.loading}
      </span>
      {widths.map((width) => (
        <Bone key={width} width={width} />
      ))}
    </div>
  );
}
