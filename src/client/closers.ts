/** What has to end with the client, in the order in which it was begun. */
export type Closer = () => void | Promise<void>;

/** Ends all, the last begun first; a part that fails to end keeps no other from it, and is thrown when all are done. */
export async function closeAll(closers: Closer[]): Promise<void> {
  const faults: unknown[] = [];
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    try {
      await closer();
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
}
