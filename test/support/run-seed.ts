const usual = 20_261_121;

/**
 * Where random inputs of this run begin, the same in each, so that a run fails for what was changed and not by luck.
 * `COUNTERSIGN_FUZZ_SEED` names another, or `random`, which then is told beside what it finds.
 */
export const runSeed = seedOf(process.env["COUNTERSIGN_FUZZ_SEED"]);

function seedOf(wanted: string | undefined): number {
  if (wanted === undefined) return usual;
  return wanted === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
}
