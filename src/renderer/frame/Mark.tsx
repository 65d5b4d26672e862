import type { ConsoleState } from "../../shared/console.ts";
import { words } from "../words.ts";

export type MarkState = "filled" | "hollow" | "struck";

/** Filled: calls flow. Hollow: they do not. Struck: the gateway or the app is out of reach. */
export function markState(state: ConsoleState | null, isLinked: boolean): MarkState {
  if (state === null || state.session.state === "signed-out" || state.session.state === "signing-in") return "hollow";
  if (!isLinked || state.gateway.link === "offline") return "struck";
  if (state.pause !== null) return "hollow";
  return state.session.state === "signed-in" && state.gateway.link === "online" ? "filled" : "hollow";
}

export function Mark({ state, className }: { readonly state: MarkState; readonly className?: string | undefined }) {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" role="img" aria-label={words.mark[state]} className={className}>
      {drawings[state]}
    </svg>
  );
}

/** The mark of a page where calls do not flow. */
export function LargeMark() {
  return (
    <svg width="40" height="40" viewBox="0 0 18 18" aria-hidden="true">
      <circle cx="9" cy="7" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <rect x="2" y="15" width="14" height="1.6" rx=".4" fill="currentColor" />
    </svg>
  );
}

const ring = <circle cx="9" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />;
const base = <rect x="2" y="15" width="14" height="2" rx=".5" fill="currentColor" />;
const drawings = {
  filled: (
    <>
      <path
        fill="currentColor"
        fillRule="evenodd"
        d="M9 1a6 6 0 1 1 0 12A6 6 0 0 1 9 1Zm3.3 4.35L8.2 9.2 5.9 7.05 4.9 8.1l3.3 3.1 5.1-4.8Z"
      />
      {base}
    </>
  ),
  hollow: (
    <>
      {ring}
      {base}
    </>
  ),
  struck: (
    <>
      <mask id="struck">
        <rect width="18" height="18" fill="#fff" />
        <path d="M3 16.5 15 1.5" stroke="#000" strokeWidth="4" strokeLinecap="round" />
      </mask>
      <g mask="url(#struck)">
        {ring}
        {base}
      </g>
      <path d="M3 16.5 15 1.5" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
};
