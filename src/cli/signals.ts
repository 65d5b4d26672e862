/** npm passes a terminal's Ctrl-C on to a process that has had it already: what comes this soon is the same wish. */
const sameWishMs = 1000;

/**
 * Resolves when this process is asked to end: SIGINT, SIGTERM, or the end of the process that started it with a
 * channel (the demo), which would otherwise leave it behind. Asked again later, it ends at once.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | null = null;
    const stop = (): void => {
      if (askedAtMs !== null && performance.now() - askedAtMs > sameWishMs) process.exit(130);
      askedAtMs ??= performance.now();
      // A listener for it keeps the channel, and with it this process, alive.
      process.off("disconnect", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    if (process.channel !== undefined && process.channel !== null) process.once("disconnect", stop);
  });
}
