import past from "../history/History.module.css";
import { useModel } from "../model.ts";
import { words } from "../words.ts";
import { fieldTime, presets, type Range } from "./ranges.ts";
import css from "./Search.module.css";

/** The time that is searched: a preset, or bounds of one's own by this computer's clock. */
export function RangePicker({ range }: { readonly range: Range }) {
  const { search } = useModel();
  const choose = (value: string) => {
    if (value !== "own") return search.within({ is: presets.find((each) => each === value) ?? "any" });
    const begun = new Date().setHours(0, 0, 0, 0);
    return search.within({ is: "own", from: fieldTime(begun), to: "" });
  };
  return (
    <>
      <select
        className={past.select}
        aria-label={words.search.range}
        value={range.is}
        onChange={({ target }) => choose(target.value)}
      >
        {[...presets, "own" as const].map((each) => (
          <option key={each} value={each}>
            {words.search.ranges[each]}
          </option>
        ))}
      </select>
      {range.is === "own" && (
        <span className={css.bounds}>
          {(["from", "to"] as const).map((end) => (
            <label key={end}>
              {words.search[end]}
              <input
                key={range[end]}
                type="datetime-local"
                className={past.select}
                defaultValue={range[end]}
                onBlur={({ target }) => {
                  if (target.value !== range[end])
                    search.within({ is: "own", from: range.from, to: range.to, [end]: target.value });
                }}
                onKeyDown={({ key, currentTarget }) => {
                  if (key === "Enter") currentTarget.blur();
                }}
              />
            </label>
          ))}
        </span>
      )}
    </>
  );
}
