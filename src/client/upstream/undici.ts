/** The part of undici that the client uses. Its index loads all of it, which costs a resting client 12 MiB. */
import type * as undici from "undici";
import api from "undici/lib/api/index.js";
import connector from "undici/lib/core/connect.js";
import dispatcher from "undici/lib/dispatcher/dispatcher.js";
import proxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import pool from "undici/lib/dispatcher/pool.js";

// As its index does: `request` and its like are methods of every dispatcher.
Object.assign(dispatcher.prototype, api);

export const Pool: typeof undici.Pool = pool;
export const EnvHttpProxyAgent: typeof undici.EnvHttpProxyAgent = proxyAgent;
export const buildConnector: typeof undici.buildConnector = connector;
