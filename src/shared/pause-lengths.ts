/** For how long calls may be paused, in minutes: what every console and the tray offer. Null: until the person resumes them. */
export const pauseLengths = [15, 60, null] as const;
