import type { SetupView } from "../../shared/setup.ts";
import { Outside } from "../parts/Outside.tsx";
import { moment } from "../times.ts";
import { words } from "../words.ts";
import type { Standing } from "./setups.ts";

interface ClientEventProps {
  readonly view: SetupView;
  readonly standing: Standing;
  readonly lastAtMs: number | null;
  readonly nowMs: number;
}

const said = words.clients;

/** What happened last with a client, or what is wrong with its file. */
export function ClientEvent({ view, standing, lastAtMs, nowMs }: ClientEventProps) {
  const writtenAt = view.writtenAtMs === null ? null : moment(view.writtenAtMs, nowMs);
  switch (standing) {
    case "off":
      return said.found;
    case "written":
      return said.writtenAt(writtenAt);
    case "restart":
      return said.restartOf(writtenAt, view.name);
    case "live": {
      const claimed = view.client?.claimed ?? null;
      return (
        <>
          {said.called(moment(lastAtMs ?? claimed?.atMs ?? nowMs, nowMs))}
          {claimed !== null && (
            <>
              {", "}
              <Outside text={`${claimed.name} ${claimed.version ?? ""}`.trim()} />
            </>
          )}
        </>
      );
    }
    case "broken":
      return (
        <>
          {view.problem?.line != null && said.place(view.problem.line, view.problem.column ?? 1)}
          {view.problem !== null && <Outside text={view.problem.message} />}
        </>
      );
    case "drifted":
      return view.entries
        .filter(({ state }) => state !== "right")
        .map(({ name, state }) => (
          <div key={name}>
            <Outside text={name} look="code" />
            {said.entryIs(said.entry[state])}
          </div>
        ));
    default:
      return standing satisfies never;
  }
}
