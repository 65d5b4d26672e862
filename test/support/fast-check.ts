import * as fc from "fast-check";
import { runSeed } from "./run-seed.ts";

fc.configureGlobal({ seed: runSeed });

/** fast-check with the seed of this run; where a property fails, it says with which seed and path. */
export { fc };
