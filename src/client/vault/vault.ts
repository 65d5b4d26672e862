/** Where a profile's secrets rest: sealed in its folder by a key of the OS's or the environment's, or in memory where there is none (rule 7). */
export interface Vault {
  /** Null where nothing is kept under the key. */
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A vault that ends with the process. */
export function memoryVault(): Vault {
  const kept = new Map<string, string>();
  return {
    get: async (key) => kept.get(key) ?? null,
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => void kept.delete(key),
  };
}
