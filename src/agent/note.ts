/** Something odd about a target, for the operator's log. Never holds what the target or the caller said (rule 6). */
export interface Note {
  /** The connection's name. */
  readonly target: string;
  readonly what: "not-json" | "not-json-rpc" | "unknown-id" | "dropped" | "left-behind";
  readonly detail: string;
}
