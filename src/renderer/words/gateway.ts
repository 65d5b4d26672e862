import type { LinkTrouble } from "../../shared/link-trouble.ts";

export const gateway = {
  title: "Gateway",
  since: (time: string) => `Not reached since ${time}`,
  connecting: "Trying now",
  address: "Address",
  why: "Why",
  cure: "What to do",
  meanwhile: "Meanwhile",
  effect: "Calls from your MCP clients fail, and nothing can be decided. Requests still expire at the gateway.",
  unknown: "Nothing has been tried yet.",
  wait: "Wait for the first try.",
  trouble: {
    name: {
      why: "No address is known for that name.",
      cure: "Check the network and its VPN. If others reach the gateway, ask who runs it whether its name has changed.",
    },
    closed: {
      why: "Nothing takes connections there.",
      cure: "The gateway is probably being restarted: it is tried again by itself. If that lasts, tell who runs it.",
    },
    network: {
      why: "No way leads there from this computer.",
      cure: "Check the network and its VPN.",
    },
    silent: {
      why: "It does not answer in time.",
      cure: "Check the VPN: something on the way may drop what is sent. If others wait too, tell who runs the gateway.",
    },
    certificate: {
      why: "It shows a certificate that this computer does not trust, so nothing was sent to it.",
      cure: "Go on only once that is explained: something may stand between you and the gateway. Ask who runs it.",
    },
    "sign-in": {
      why: "There is no token to show it: the sign-in provider gave none.",
      cure: "Check that the provider can be reached, or sign out and in again.",
    },
    issuer: {
      why: "It answers, but does not reach the sign-in provider, so it can’t check who anybody is.",
      cure: "It asks the provider again by itself and lets you in once that is back; nobody has to restart it. If that lasts, tell who runs the gateway.",
    },
    "turned-away": {
      why: "It does not accept your sign-in.",
      cure: "Sign out and in again. If that does not help, ask who runs the gateway whether your account may use it.",
    },
    failing: {
      why: "It answers, but with a failure of its own.",
      cure: "It is tried again by itself. If that lasts, tell who runs the gateway what stands here.",
    },
    "broken-off": {
      why: "The link stood, and broke off.",
      cure: "It is taken up again by itself, where it was. If it breaks again and again, tell who runs the gateway.",
    },
  } satisfies Record<LinkTrouble["kind"], { readonly why: string; readonly cure: string }>,
} as const;
