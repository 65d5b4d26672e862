/** Milliseconds that this thread computed for the work: other than the time that went by, hardly more on a loaded machine. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
