import { Fragment } from "react";
import { Outside } from "../parts/Outside.tsx";

/** A file's path, which a narrow column breaks behind its separators. */
export function FilePath({ path }: { readonly path: string }) {
  return path.split(/(?<=[/\\])/).map((part, at) => (
    // The parts of a path never move within it, so the place is the key.
    <Fragment key={at}>
      <Outside text={part} look="code" />
      <wbr />
    </Fragment>
  ));
}
