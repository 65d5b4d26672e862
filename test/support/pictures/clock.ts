import { mock } from "node:test";

/** When every picture is taken, by both clocks: the same scene draws the same picture on any day. */
export const takenAtMs = Date.UTC(2026, 10, 20, 14, 32, 8);

// Scenes are made of times relative to now: this file is loaded before them.
mock.timers.enable({ apis: ["Date"], now: takenAtMs });
