import { createHash, createHmac, randomBytes, type KeyObject } from "node:crypto";
import { openDevice, type Device } from "../../src/client/device.ts";
import { createGatewayApi } from "../../src/client/gateway.ts";
import { agreement } from "../../src/client/gateway-session/signing.ts";
import { bearing } from "../../src/client/pass.ts";
import { begunSession, type BegunSession, type DpopClaims } from "../../src/shared/gateway-session.ts";
import { proofParameters, signatureBase } from "../../src/shared/gateway-session.ts";

/** An installation of a person's at a gateway: its device is enrolled, and it begins sessions as a test wants them. */
export interface Installation {
  readonly device: Device;
  /** One exchange; `change` what its proof says, `header` how the proof goes out. */
  exchange(change?: Partial<DpopClaims>, header?: (proof: string) => string | null): Promise<Response>;
  /** A session, by as many exchanges as that takes. */
  begin(change?: Partial<DpopClaims>): Promise<OpenSession>;
}

export interface OpenSession {
  readonly begun: BegunSession;
  readonly key: KeyObject;
  /** The headers of one request; `nonce` counts on by itself. */
  headers(method: string, path: string, change?: ProofChange): Record<string, string>;
}

/** What of a proof is another than it should be. The `signed…` are what the signature covers, the others what is sent. */
export interface ProofChange {
  readonly created?: number;
  readonly nonce?: number;
  readonly session?: string;
  readonly token?: string;
  readonly signedMethod?: string;
  readonly signedTarget?: string;
  readonly signedToken?: string;
  readonly key?: KeyObject;
  readonly parameters?: (parameters: string) => string;
}

export async function install(url: string, token: string, now: () => number = Date.now): Promise<Installation> {
  const device = await openDevice(null, url, "test");
  const account = { subject: "x", name: "x" };
  const api = createGatewayApi(
    url,
    bearing(async () => ({ accessToken: token, expiresAtMs: 0, account })),
    undefined,
  );
  const { nowMs } = (await (await fetch(`${url}/.well-known/countersign`)).json()) as { nowMs: number };
  await device.enrol(api, "me", Math.floor(nowMs / 1000));
  await api.close();
  return { device, ...exchanging(url, token, device, now) };
}

/** The exchanges of a device, enrolled or not. */
export function exchanging(
  url: string,
  token: string,
  device: Pick<Device, "prove">,
  now: () => number = Date.now,
): Omit<Installation, "device"> {
  let nonce: string | undefined;
  const post = async (
    agreed: ReturnType<typeof agreement>,
    change: Partial<DpopClaims>,
    header: (proof: string) => string | null = plainly,
  ) => {
    const claims: DpopClaims = {
      jti: randomBytes(16).toString("base64url"),
      htm: "POST",
      htu: `${url}/v1/session`,
      iat: Math.floor(now() / 1000),
      ath: createHash("sha256").update(token).digest("base64url"),
      epk: agreed.epk,
      ...(nonce === undefined ? {} : { nonce }),
      ...change,
    };
    const proof = header(await device.prove(claims));
    const headers = { authorization: `Bearer ${token}`, ...(proof === null ? {} : { dpop: proof }) };
    const answer = await fetch(`${url}/v1/session`, { method: "POST", headers });
    nonce = answer.headers.get("dpop-nonce") ?? nonce;
    return answer;
  };
  return {
    exchange: (change = {}, header) => post(agreement(), change, header),
    async begin(change = {}) {
      const agreed = agreement();
      let answer = await post(agreed, change);
      if (answer.status === 401) answer = await post(agreed, change);
      const begun = begunSession.parse(await answer.json());
      return openSession(url, begun, agreed.keyOf(begun, url), now);
    },
  };
}

function openSession(url: string, begun: BegunSession, key: KeyObject, now: () => number): OpenSession {
  let last = 0;
  return {
    begun,
    key,
    headers(method, path, change = {}) {
      last += 1;
      const terms = { created: Math.floor(now() / 1000), nonce: last, session: begun.session, ...change };
      const parameters = (change.parameters ?? plainly)(proofParameters(terms));
      const signedToken = `Session ${change.signedToken ?? begun.token}`;
      const base = signatureBase(
        change.signedMethod ?? method,
        change.signedTarget ?? `${url}${path}`,
        signedToken,
        parameters,
      );
      return {
        authorization: `Session ${change.token ?? begun.token}`,
        "signature-input": `cs=${parameters}`,
        signature: `cs=:${createHmac("sha256", change.key ?? key)
          .update(base)
          .digest("base64")}:`,
      };
    },
  };
}

function plainly(text: string): string {
  return text;
}
