import panes from "../inbox/panes.module.css";
import css from "./session.module.css";

/** A request before it has come. */
export function DetailBones() {
  return (
    <>
      <div className={panes.boneHead}>
        <Bone width={64} />
        <Bone width={224} height={12} />
        <Bone width={168} />
      </div>
      <div className={panes.boneBody}>
        <Bone width={256} />
        <Bone width={192} />
        <Bone width={232} />
        <Bone width={120} />
      </div>
    </>
  );
}

export function Bone({ width, height = 8 }: { readonly width: number; readonly height?: number }) {
  return <i className={css.bone} style={{ width, height }} />;
}
