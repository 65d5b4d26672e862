/** What the promise resolves with, or `otherwise` where that takes longer than so many ms. */
export async function within<T>(promise: Promise<T>, waitMs: number, otherwise: T): Promise<T> {
  if (waitMs <= 0) return otherwise;
  const timer = Promise.withResolvers<T>();
  const handle = setTimeout(() => timer.resolve(otherwise), waitMs);
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}
