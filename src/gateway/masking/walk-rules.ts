import type { Detectors } from "./detectors.ts";
import type { Fields } from "./fields.ts";
import type { BinaryMode } from "./kinds.ts";
import type { Names } from "./names.ts";

/** All that a walk goes by. */
export interface WalkRules {
  readonly detectors: Detectors;
  readonly fields: Fields;
  readonly names: Names;
  readonly binary: BinaryMode;
}
