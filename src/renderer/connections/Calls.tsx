import { sumOf, type TrafficLine } from "../../shared/traffic.ts";
import { words } from "../words.ts";
import css from "./Calls.module.css";

interface CallsProps {
  readonly lines: readonly TrafficLine[];
  /** How many of one's own are held, where no other column says so. */
  readonly held?: number;
}

/** How many calls, how many of them are held, and how many failed. */
export function Calls({ lines, held = 0 }: CallsProps) {
  const { calls, errors } = sumOf(lines);
  return (
    <>
      {calls.toLocaleString("en")}
      {held > 0 && <span className={css.held}>{words.connections.heldCalls(held)}</span>}
      {errors > 0 && <span className={css.errors}>{words.connections.errors(errors)}</span>}
    </>
  );
}
