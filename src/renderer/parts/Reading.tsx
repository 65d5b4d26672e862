import { useEffect, useState } from "react";
import css from "../history/History.module.css";
import { Bone } from "../session/DetailBones.tsx";
import text from "./text.module.css";

const quietMs = 300;
const widths = [320, 280, 360, 240, 300, 260] as const;

/** In the shape of the lines that come, and only after a moment: what is quick needs no drawing. */
export function Reading({ says }: { readonly says: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), quietMs);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div className={css.bones} aria-busy="true">
      <span className={text.sr} role="status">
        {says}
      </span>
      {widths.map((width) => (
        <Bone key={width} width={width} />
      ))}
    </div>
  );
}
