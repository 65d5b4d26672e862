import { useEffect, useRef } from "react";
import type { PagePart } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { useStore } from "../store.ts";

/** For the heading of a part of a page: where that part was asked for, it is brought into view and takes the focus, once. */
export function useArrival(part: PagePart) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { part: wanted } = useModel();
  const isWanted = useStore(wanted) === part;
  useEffect(() => {
    if (!isWanted || heading.current === null) return;
    heading.current.focus();
    heading.current.scrollIntoView({ block: "nearest" });
    wanted.set(null);
  }, [isWanted, wanted]);
  return heading;
}
