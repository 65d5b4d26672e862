import { setupPrograms, type SetupProgram } from "../../shared/setup.ts";
import type { Machine } from "./machine.ts";
import type { Place, Program } from "./program.ts";
import { programs } from "./programs.ts";
import type { Recorded, SetupRecord } from "./record.ts";

/** One installation of a program, with what was written there. */
export interface Site {
  readonly program: Program;
  readonly place: Place;
  readonly installed: boolean;
  readonly recorded: Recorded | null;
}

/** Every installation that is there, or that was set up; a program that is nowhere has its usual place. */
export function sitesOf(machine: Machine, record: SetupRecord, wanted: readonly SetupProgram[]): readonly Site[] {
  const chosen = wanted.length === 0 ? setupPrograms : setupPrograms.filter((id) => wanted.includes(id));
  return chosen.flatMap((id) => sitesOfOne(machine, record, programs[id]));
}

function sitesOfOne(machine: Machine, record: SetupRecord, program: Program): readonly Site[] {
  const places = program.places(machine);
  const recorded = record.all().filter((each) => each.program === program.id);
  // Set up when the environment led elsewhere: still there to be seen and undone.
  const moved = recorded
    .filter(({ file }) => !places.some((place) => place.file === file))
    .map(({ file }) => ({ file, mark: file, variant: "elsewhere" }));
  const sites = [...places, ...moved].map((place) => ({
    program,
    place,
    installed: machine.exists(place.mark),
    recorded: record.find(program.id, place.file),
  }));
  const present = sites.filter((site) => site.installed || site.recorded !== null);
  return present.length === 0 ? sites.slice(0, 1) : present;
}
