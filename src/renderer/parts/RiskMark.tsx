import type { Risk } from "../../shared/approval.ts";
import { words } from "../words.ts";
import { classes } from "./class-names.ts";
import { Icon } from "./Icon.tsx";
import css from "./RiskMark.module.css";

/** Risk by shape, word and colour, in that order. */
export function RiskMark({ risk }: { readonly risk: Risk }) {
  return (
    <span className={classes(css.risk, css[risk])}>
      <Icon name={risk} />
      {words.risk[risk]}
    </span>
  );
}
