import { Icon } from "../parts/Icon.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import css from "./RequestDetail.module.css";

/** Who else has the request open now: two may be about to decide on the same. */
export function Lookers({ by }: { readonly by: readonly string[] }) {
  const [first] = by;
  if (first === undefined) return null;
  return (
    <p className={css.lookers}>
      <Icon name="eye" />
      <OutsideLine text={first} />
      <span>{words.request.looking(by.length)}</span>
    </p>
  );
}
