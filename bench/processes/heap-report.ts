/** Loaded into a measured gateway (`--expose-gc --import`): at SIGUSR2 it collects garbage and tells what is left, in bytes. */
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`heap ${heapUsed + external}\n`);
});
