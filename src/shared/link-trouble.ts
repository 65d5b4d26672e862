import { z } from "zod";

/**
 * Why the link to the gateway is down: its name is not found, nothing listens there, no way leads there, it does not answer, it shows a
 * certificate that this machine does not trust, there is no token to show it, it does not reach the sign-in provider itself and so lets nobody in, it turned the person away, it failed, or a link that
 * stood broke off.
 */
export const linkTrouble = z.object({
  kind: z.enum([
    "name",
    "closed",
    "network",
    "silent",
    "certificate",
    "sign-in",
    "issuer",
    "turned-away",
    "failing",
    "broken-off",
  ]),
  /** The system's own word for it, or the status that the gateway answered with: for whoever is asked for help. Never a token. */
  detail: z.string(),
});
export type LinkTrouble = z.infer<typeof linkTrouble>;
