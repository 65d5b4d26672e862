import type { Adapter, StoredModel } from "oidc-provider";

/** What one issuer remembers, in memory only. */
export interface Storage {
  /** oidc-provider's way in, by model name. */
  adapterFor(model: string): Adapter;
  /** Forgets every refresh token, as an administrator's "revoke sessions" does. */
  readonly endRefreshTokens: () => void;
}

interface Entry {
  readonly model: string;
  readonly payload: StoredModel;
  readonly endsAtMs: number;
}

/** An empty storage. */
export function createStorage(): Storage {
  const entries = new Map<string, Entry>();
  return {
    adapterFor: (model) => adapterOver(entries, model),
    endRefreshTokens: () => removeWhere(entries, (entry) => entry.model === "RefreshToken"),
  };
}

function adapterOver(entries: Map<string, Entry>, model: string): Adapter {
  const key = (id: string): string => `${model}:${id}`;
  const live = (entry: Entry | undefined): StoredModel | undefined =>
    entry !== undefined && entry.endsAtMs > Date.now() ? entry.payload : undefined;
  const firstWhere = (test: (payload: StoredModel) => boolean): StoredModel | undefined => {
    for (const entry of entries.values()) {
      if (entry.model === model && test(entry.payload) && live(entry)) return entry.payload;
    }
    return undefined;
  };
  return {
    upsert: async (id, payload, expiresInSeconds) => {
      // Nothing else clears up, and a demo may run for days.
      removeWhere(entries, (entry) => entry.endsAtMs <= Date.now());
      entries.set(key(id), { model, payload, endsAtMs: Date.now() + (expiresInSeconds ?? Infinity) * 1000 });
    },
    find: async (id) => live(entries.get(key(id))),
    findByUid: async (uid) => firstWhere((payload) => payload.uid === uid),
    findByUserCode: async (userCode) => firstWhere((payload) => payload.userCode === userCode),
    consume: async (id) => {
      const entry = entries.get(key(id));
      // A consumed refresh token stays: its second use is how theft is noticed (RFC 9700, section 4.14.2).
      if (entry)
        entries.set(key(id), { ...entry, payload: { ...entry.payload, consumed: Math.floor(Date.now() / 1000) } });
    },
    destroy: async (id) => {
      entries.delete(key(id));
    },
    revokeByGrantId: async (grantId) => {
      removeWhere(entries, (entry) => entry.payload.grantId === grantId);
    },
  };
}

function removeWhere(entries: Map<string, Entry>, test: (entry: Entry) => boolean): void {
  for (const [key, entry] of entries) if (test(entry)) entries.delete(key);
}
