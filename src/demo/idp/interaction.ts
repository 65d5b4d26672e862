import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Interaction, Provider } from "oidc-provider";
import { escapeHtml, pageHeaders, providerPage } from "./page.ts";
import type { Person } from "./people.ts";
import type { Shape } from "./shape.ts";
import type { Switches } from "./switches.ts";

/** What the page "Who are you?" needs to know. */
export interface Interactions {
  readonly provider: Provider;
  readonly shape: Shape;
  readonly people: readonly Person[];
  readonly switches: Switches;
  /** Key of the form tokens. */
  readonly secret: Buffer;
  /** Path of the issuer, without a slash at its end. */
  readonly mount: string;
}

/** Shows the people (GET) or takes the choice (POST) at `…/interaction/UID`. Never rejects. */
export async function handleInteraction(
  to: Interactions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    // Finds the interaction by its cookie, so a link that somebody else was sent leads nowhere.
    const interaction = await to.provider.interactionDetails(request, response);
    if (request.url !== `${to.mount}/interaction/${interaction.uid}`) return refuse(response, 404, "No such sign-in.");
    if (request.method === "GET") return showPeople(to, interaction, response);
    if (request.method !== "POST") return refuse(response, 405, "This address is for a form.");
    const form = await readForm(request);
    if (!sameToken(form.get("token") ?? "", formToken(to, interaction))) {
      return refuse(response, 403, "This form is not from this page. Go back and start again.");
    }
    await finish(to, interaction, form, request, response);
  } catch {
    refuse(response, 400, "This sign-in has ended. Go back to Countersign and start again.");
  }
}

async function finish(
  to: Interactions,
  interaction: Interaction,
  form: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const person = to.people.find(({ id }) => id === form.get("person"));
  const result =
    person === undefined || to.switches.denySignIn
      ? { error: "access_denied", error_description: "The sign-in was refused." }
      : {
          login: { accountId: to.shape.accountId(person), ...strength(interaction, to.switches) },
          consent: { grantId: await grantAll(to, interaction, person) },
        };
  await to.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** This provider asks nobody for anything, so that it meets the first class that is asked for of those it knows. */
function strength(interaction: Interaction, { contexts }: Switches): { readonly acr?: string; readonly amr: string[] } {
  const asked = interaction.params["acr_values"];
  const acr = typeof asked === "string" ? asked.split(" ").find((each) => contexts.includes(each)) : undefined;
  return acr === undefined ? { amr: ["pwd"] } : { acr, amr: ["pwd", "mfa"] };
}

async function grantAll(to: Interactions, interaction: Interaction, person: Person): Promise<string> {
  const grant = new to.provider.Grant({ accountId: to.shape.accountId(person), clientId: to.shape.clientId });
  const asked = interaction.params["scope"];
  grant.addOIDCScope(typeof asked === "string" ? asked : "openid");
  grant.addResourceScope(to.shape.resource, to.shape.resourceScope);
  return grant.save();
}

function showPeople(to: Interactions, interaction: Interaction, response: ServerResponse): void {
  const buttons = to.people.map(
    (person) =>
      `<button name="person" value="${escapeHtml(person.id)}"><strong>${escapeHtml(person.name)}</strong>` +
      `<small>${escapeHtml(person.email)}, in ${escapeHtml(person.groups.join(" and "))}</small></button>`,
  );
  const page = providerPage({
    title: "Who are you?",
    paragraphs: [
      "This is the demo’s sign-in provider. It stands for your company’s, asks for no password and runs only on this machine.",
    ],
    trustedHtml:
      `<form method="post"><input type="hidden" name="token" value="${formToken(to, interaction)}">${buttons.join("")}` +
      '<button class="quiet" name="person" value="">Cancel</button></form>',
  });
  response.writeHead(200, pageHeaders).end(page);
}

/** Ties the form to this one interaction: another site can neither read nor guess it. */
function formToken(to: Interactions, interaction: Interaction): string {
  return createHmac("sha256", to.secret).update(interaction.uid).digest("hex");
}

function sameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 4096) throw new Error("a form of ours is shorter");
  }
  return new URLSearchParams(text);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent) return;
  response.writeHead(status, pageHeaders);
  response.end(providerPage({ title: "Sign-in could not go on", paragraphs: [sentence], trustedHtml: "" }));
}
