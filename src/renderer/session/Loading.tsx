import { useEffect, useState } from "react";
import panes from "../inbox/panes.module.css";
import text from "../parts/text.module.css";
import { words } from "../words.ts";
import { Bone, DetailBones } from "./DetailBones.tsx";
import css from "./session.module.css";

const quietMs = 300;
const rows = [
  [112, 84],
  [92, 104],
  [128, 72],
  [84, 96],
] as const;

/** In the shape of what comes, and only after a moment: what is quick needs no drawing. */
export function Loading() {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), quietMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className={panes.panes} aria-busy="true">
      {isShown && <h1 className={text.sr}>{words.loading}</h1>}
      <section className={panes.list}>
        <div className={isShown ? panes.bones : css.hidden}>
          {rows.map(([first, second]) => (
            <div key={first} className={panes.boneRow}>
              <Bone width={28} />
              <Bone width={first} />
              <Bone width={second} />
            </div>
          ))}
        </div>
      </section>
      <section className={panes.detail}>{isShown && <DetailBones />}</section>
    </main>
  );
}
