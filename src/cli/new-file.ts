import { CountersignError } from "../shared/errors.ts";

/** Why a new file could not be written, for whoever named it: one that is there already may be the one to keep. Throws CountersignError `usage`. */
export function unwritten(file: string) {
  return (cause: NodeJS.ErrnoException): never => {
    const why = cause.code === "EEXIST" ? "is there already: name a new file" : `can't be written (${cause.code})`;
    throw new CountersignError("usage", `${file} ${why}.`, { cause });
  };
}
