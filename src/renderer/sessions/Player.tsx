import { wordsOfMoment } from "../../shared/session-words.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { visibleLine } from "../../shared/visible.ts";
import { words } from "../words.ts";
import { speeds, type Replay } from "./replayed.ts";
import css from "./Sessions.module.css";

const jumps = ["hold", "denial", "failure"] as const;

/** Step, play at a speed, jump to what matters, and go anywhere. */
export function Player({ replay }: { readonly replay: Replay }) {
  const { replays } = useModel();
  const { moments, place, isPlaying, speed } = replay;
  const moment = moments[place];
  const said = moment === undefined ? null : wordsOfMoment(moment.kind, moment.facts, null);
  const name = said?.name == null ? "" : ` ${visibleLine(said.name, 60)}`;
  return (
    <div className={css.player} role="group" aria-label={words.sessions.replay}>
      <Button size="small" disabled={place === 0} onClick={() => replays.step(-1)} keys="K">
        {words.sessions.previous}
      </Button>
      <Button size="small" onClick={isPlaying ? replays.pause : replays.play} keys="Space">
        {isPlaying ? words.sessions.pause : words.sessions.play}
      </Button>
      <Button size="small" disabled={place >= moments.length - 1} onClick={() => replays.step(1)} keys="J">
        {words.sessions.next}
      </Button>
      <label className={css.speed}>
        {words.sessions.speed}
        <select value={speed} onChange={({ target }) => replays.atSpeed(Number(target.value))}>
          {speeds.map((each) => (
            <option key={each} value={each}>
              {words.sessions.times(each)}
            </option>
          ))}
        </select>
      </label>
      {jumps.map((tone) => {
        const next = replays.nextOf(tone);
        return (
          <Button key={tone} size="small" disabled={next < 0} onClick={() => replays.go(next)}>
            {words.sessions.nextOf[tone]}
          </Button>
        );
      })}
      <input
        type="range"
        min={0}
        max={Math.max(0, moments.length - 1)}
        value={place}
        aria-label={words.sessions.moment}
        aria-valuetext={words.sessions.position(place + 1, moments.length, `${said?.title ?? ""}${name}`)}
        onChange={({ target }) => replays.go(Number(target.value))}
      />
    </div>
  );
}
