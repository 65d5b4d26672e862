import { sumOf, type TrafficLine } from "../../shared/traffic.ts";
import { words } from "../words.ts";
import rows from "./setup.module.css";

/** How many calls, and how many of them failed. */
export function Calls({ lines }: { readonly lines: readonly TrafficLine[] }) {
  const { calls, errors } = sumOf(lines);
  return (
    <>
      {calls.toLocaleString("en")}
      {errors > 0 && <span className={rows.errors}>{words.connections.errors(errors)}</span>}
    </>
  );
}
