import { compactVerify, importJWK } from "jose";
import { agentProof, agentProofType } from "../../shared/agent-link.ts";
import type { AgentConfig } from "../config-schema.ts";

/** What a proof has to be about. */
export interface Challenge {
  /** The gateway's own origin. */
  readonly gateway: string;
  readonly nonce: string;
}

/** How far the agent's clock may be off. The nonce is what makes a proof fresh; this finds clocks that are wrong. */
const mostSkewMs = 5 * 60_000;

/** Why a proof does not hold, for the log; null where it does: signed by this agent's configured key, over this challenge. */
export async function refusalOf(
  proof: string,
  agent: AgentConfig,
  { gateway, nonce }: Challenge,
  nowMs: number,
): Promise<string | null> {
  let payload: Uint8Array;
  try {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: agent.key }, "EdDSA");
    const verified = await compactVerify(proof, key, { algorithms: ["EdDSA"] });
    if (verified.protectedHeader.typ !== agentProofType) return "it is signed for another purpose";
    payload = verified.payload;
  } catch {
    return "its signature is not by the key configured for this agent";
  }
  const said = agentProof.safeParse(jsonOf(payload));
  if (!said.success) return "it does not say what a proof says";
  if (said.data.nonce !== nonce) return "it answers another challenge";
  if (said.data.gateway !== gateway) return "it is for another gateway";
  if (said.data.agent !== agent.name) return "it names another agent";
  if (Math.abs(said.data.iat * 1000 - nowMs) > mostSkewMs) return "the agent's clock is more than five minutes off";
  return null;
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return null;
  }
}
