/** What each setting of gateway.yaml is for, by its path as docs/configuration.md lists it: editors show it, by the JSON Schema. */
export const settings: Readonly<Record<string, string>> = {
  version: "The format of this file: 1.",
  listen: "Where the gateway listens. Changes only with a new start.",
  "listen.host": "The address to listen on, 127.0.0.1 unless said. Elsewhere than on loopback it takes tls.",
  "listen.port": "The port; 0 is any free one.",
  "listen.tls": "The certificate that the gateway shows. Without it, plain HTTP on loopback only.",
  "listen.tls.cert": "PEM file of the certificate and its chain.",
  "listen.tls.key": "PEM file of its private key.",
  publicUrl:
    "The origin that clients reach, without a path: part of every decision, and the ledger's name. Changes only with a new start.",
  data: "The store's folder, relative to this file. One gateway a folder.",
  keys: "The folder of the signing and digest keys, which must lie outside the store. Made at the first start: keep a copy.",

  issuers: "Whose tokens count.",
  "issuers[].name": "Begins the ids of its people: NAME:SUBJECT. Never change it: it would make them others.",
  "issuers[].kind": "oidc, entra or okta: how its tokens name client, tenant and subject.",
  "issuers[].issuer": "The iss of its tokens, exactly.",
  "issuers[].jwksUri": "Where its keys are; unless said, its metadata tells.",
  "issuers[].ca": "PEM file of the authority that signed its TLS certificate, where the system doesn't know that.",
  "issuers[].audience": "The aud that its tokens must have.",
  "issuers[].clients": "The client ids that may obtain tokens for this gateway (azp, appid, cid or client_id).",
  "issuers[].tenants": "Entra, and required there: the tenants (tid) that are let in.",
  "issuers[].groupsClaim":
    "The claim with the caller's groups, `groups` unless said; a path such as realm_access.roles leads into it. For Entra's app roles: roles.",
  "issuers[].graph":
    "Entra: asks Microsoft Graph for the groups of callers who have too many for a token. Without it they are refused.",
  "issuers[].graph.clientId":
    "The gateway's own application there, with the application permissions GroupMember.Read.All and User.ReadBasic.All.",
  "issuers[].graph.clientSecret": "Its secret by name, env:NAME or file:PATH.",
  "issuers[].graph.url": "Graph's address, https://graph.microsoft.com/v1.0 unless said; other clouds have their own.",
  "issuers[].workloads":
    "oidc: the subjects (sub) of workload tokens that name no client, such as a Kubernetes service account's. Each is a service.",
  "issuers[].signIn":
    "What clients are told about signing in, in the open. Without it nobody signs in with this issuer.",
  "issuers[].signIn.kind": "The library that signs in: openid-client (oidc), MSAL (entra) or okta-auth-js (okta).",
  "issuers[].signIn.issuer": "The issuer to sign in at.",
  "issuers[].signIn.authority": "Entra: https://login.microsoftonline.com/TENANT-ID.",
  "issuers[].signIn.clientId": "The public client that people sign in with; one of clients.",
  "issuers[].signIn.scope":
    "What is asked for, separated by spaces; for Entra with the API's scope, api://API-ID/SCOPE.",
  "issuers[].signIn.resource": "The API, where a provider gives a signed token only to who names it (RFC 8707).",
  "issuers[].signIn.redirectPorts":
    "Okta: the ports of the registered redirect addresses http://127.0.0.1:PORT/callback.",

  roles: "Which groups have a role at the gateway. Approvers are named by rules.",
  "roles.admin": "Groups that may accept changed tools and revoke any grant.",
  "roles.auditor": "Groups that may export the ledger.",
  identities:
    "Each list joins the ids of one person, who then never decides on their own call, and has one set of limits.",
  agents: "Agents that dial in (docs/agent.md).",
  "agents[].name": "As in its agent.yaml.",
  "agents[].key": "Its public key, as `countersign agent --enrol` prints it.",

  accepts:
    "What the gateway's own API takes, and connections that don't say otherwise: `provider-tokens` (unless said), the provider's tokens besides sessions, or `sessions` alone, bound to a device.",
  sessions: "The sessions that the tunnel and the app exchange their provider's token for.",
  "sessions.lasts": "How long one lasts from renewal to renewal, 5m unless said; 30s to 1h.",

  connections: "The targets. Each has exactly one of stdio, http and agent.",
  "connections[].name": "How clients and rules know it: /mcp/NAME.",
  "connections[].title": "What people see besides the name.",
  "connections[].stdio": "A server that the gateway starts.",
  "connections[].stdio.command": "The program.",
  "connections[].stdio.args": "Its arguments.",
  "connections[].stdio.cwd": "Its working folder, relative to this file.",
  "connections[].stdio.env":
    "Its variables: plain values, or secrets by name (env:NAME, file:PATH). It gets these, PATH and HOME only.",
  "connections[].http": "A server that is reached by HTTP.",
  "connections[].http.url": "Its address.",
  "connections[].http.transport":
    "streamable, or sse for the old HTTP+SSE of 2024-11-05. Unless said, streamable is tried, then sse.",
  "connections[].http.headers": "What is sent with each request: secrets by name, env:NAME or file:PATH.",
  "connections[].http.oauth": "OAuth 2.0 client credentials: the token goes to the target as its bearer.",
  "connections[].http.oauth.tokenUrl": "Where tokens are asked for.",
  "connections[].http.oauth.clientId": "The gateway's client id there.",
  "connections[].http.oauth.clientSecret": "Its secret by name, env:NAME or file:PATH.",
  "connections[].http.oauth.scope": "The scopes to ask for, separated by spaces.",
  "connections[].agent": "The agent that makes the last hop; how it reaches the target stands in its agent.yaml.",
  "connections[].fields": "Fields hidden in this connection's messages besides masking.fields, written alike.",
  "connections[].fields[].name": "A name, at any depth, or a path: `customer.ssn`, `items[*].card`, `**.secret`.",
  "connections[].fields[].mode": "How it is hidden: redact (unless said), partial, pseudonym or drop.",
  "connections[].accepts":
    "provider-tokens for standard MCP clients and services that come with the provider's own token, or sessions; as `accepts` unless said.",
  "connections[].timeout": "How long the target may be silent before a call fails, 60s unless said.",

  rules: "Tried from top to bottom: the first that matches a call decides it, and a call that none matches is denied.",
  "rules[].name": "Stands in refusals, approvals and the ledger: give each rule its own.",
  "rules[].connections": "Connections by name, * and ? as usual; all unless said.",
  "rules[].tools":
    "Tools by name, * and ? as usual. A rule with none of tools, resources and prompts matches every call; otherwise only the kinds that it names.",
  "rules[].resources": "Resources by address, * and ? as usual.",
  "rules[].prompts": "Prompts by name, * and ? as usual.",
  "rules[].groups": "The caller is in one of these groups (* and ? as usual); anybody unless said.",
  "rules[].when": "A CEL condition over the call. A call on which it can't be evaluated is refused.",
  "rules[].effect": "allow, deny, or approve: held until the approvers decide.",
  "rules[].readOnly": "With allow, your word that the call changes nothing: its record may be written while it runs.",
  "rules[].requests":
    "What a target may ask of the client (sampling, elicitation, roots) of these groups on these connections, whatever is called.",
  "rules[].risk":
    "low, medium (unless said), high or critical. The last two are approved in the console's window only.",
  "rules[].approvers": "Any one member of these groups decides: the short form of one step.",
  "rules[].steps": "Who has to approve, in this order. A person counts once; one denial ends it.",
  "rules[].steps[].approvers": "The groups of this step.",
  "rules[].steps[].need":
    "any: one member of any of them; all: one of each, different people; a number: so many people out of them.",
  "rules[].expires": "How long there is to decide, 10m unless said. Silence is denial.",
  "rules[].requireReason": "An approver must say why before such a call runs; at risk high and critical always.",
  "rules[].presence":
    "The least presence to approve with: cli (a terminal, unless said), window, or authenticator, which no client offers yet.",
  "rules[].quick": "It may be decided from a notification; for risk low and medium.",
  "rules[].limits": "What each person may do under this rule; nothing is limited unless said.",
  "rules[].limits.rate": "How many calls in how long.",
  "rules[].limits.rate.calls": "The size of the bucket.",
  "rules[].limits.rate.per": "The time in which it fills again.",
  "rules[].limits.concurrency": "Calls that run at once.",
  "rules[].limits.resultBytes": "The largest answer that is passed on, in bytes.",
  "rules[].limits.callsPerSession": "Calls in one session of a client.",
  "rules[].binary":
    "What becomes of images, audio and blobs in the answers: allow, drop or hash, whatever masking.binary says.",
  "rules[].grants": "What an approver may grant for later calls of the same person and tool; nothing unless said.",
  "rules[].grants.longest": "How long a grant lasts at most.",
  "rules[].grants.mostUses": "How many later calls one grant serves at most.",
  "rules[].grants.constraints": "How arguments may be bound: equal (alone unless said), prefix, any.",
  "rules[].grants.upTo": "The highest risk whose calls may be granted, medium unless said.",
  "rules[].why": "Told to approver and caller, in your words.",

  masking: "What is hidden on every connection, in answers, in the ledger and from approvers.",
  "masking.detectors":
    "What is looked for in texts: card, ssn, email, phone, iban, jwt, private-key, token (these unless said) and ip. What is not listed here isn't looked for.",
  "masking.detectors[].name": "The detector.",
  "masking.detectors[].mode": "How its finds are hidden: partial (unless said), redact, pseudonym or drop.",
  "masking.fields": "Fields hidden wherever they occur, by name or path; in any case of letters.",
  "masking.fields[].name": "A name, at any depth, or a path: `customer.ssn`, `items[*].card`, `**.secret`.",
  "masking.fields[].mode": "How it is hidden: redact (unless said), partial, pseudonym or drop.",
  "masking.patterns": "Patterns of your own.",
  "masking.patterns[].name": "Says what was hidden.",
  "masking.patterns[].pattern": "RE2 syntax.",
  "masking.patterns[].mode": "How its finds are hidden: redact (unless said), partial, pseudonym or drop.",
  "masking.binary": "What becomes of base64 in images, audio and resources: allow (unless said), drop or hash.",

  metrics: "Who may read /metrics. Unless said, this machine alone, and only where publicUrl is loopback.",
  "metrics.token": "The bearer token for it, by name: env:NAME or file:PATH.",
  drain: "How long calls under way may take to end after SIGTERM, 20s unless said.",
  approvals: "How held calls wait.",
  "approvals.reuse": "How long an approved call that nobody waits for may be repeated and run, 10m unless said.",
  "approvals.budget": "How long a client that isn't known is held before it is told to call again, 50s unless said.",
  "approvals.budgets": "The same for clients whose name begins so, such as `{ cursor: 5m }`.",
  "approvals.mostPending": "How many requests of one person may wait at a time, 100 unless said.",
  limits: "What the gateway takes in.",
  "limits.bodyBytes": "The largest request, in bytes, 4194304 unless said.",
};
