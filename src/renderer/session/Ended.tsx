import { LargeMark } from "../frame/Mark.tsx";
import { Blank } from "../parts/Blank.tsx";
import { words } from "../words.ts";

/** The link is spent, the page was loaded again, or the app has gone. */
export function Ended() {
  return (
    <Blank art={<LargeMark />} artInk="strong" title={words.ended.title}>
      <p>{words.ended.why}</p>
      <p>
        {words.ended.howRun} <code>{words.ended.howCommand}</code> {words.ended.howThen}
      </p>
    </Blank>
  );
}
