import { Agent, request } from "undici";

/** The last answer of the journey: the client's own page. */
export interface Arrival {
  readonly status: number;
  readonly url: string;
  readonly body: string;
}

/**
 * A browser without a screen: opens the authorization address, picks the person (`null`: presses Cancel) and follows
 * every redirect to its end. `ca` is the provider's PEM. With `stopAt` it stops before an address that begins so, which
 * then is the `url` of the arrival. Where it meets no page of ours, that page is the arrival.
 */
export async function signInAs(
  url: string,
  personId: string | null,
  options: { readonly ca?: string; readonly stopAt?: string } = {},
): Promise<Arrival> {
  const agent = new Agent({ connect: options.ca === undefined ? {} : { ca: options.ca } });
  const browser = new Browser(agent, options.stopAt);
  try {
    const page = await browser.open("GET", url);
    const token = /name="token" value="([0-9a-f]+)"/.exec(page.body)?.[1];
    if (token === undefined) return page;
    const form = new URLSearchParams({ token, person: personId ?? "" });
    return await browser.open("POST", page.url, form.toString());
  } finally {
    await agent.destroy();
  }
}

/** The same person on another machine, who enters a code (RFC 8628): the last page. */
export async function enterCodeAs(
  url: string,
  personId: string | null,
  options: { readonly ca?: string } = {},
): Promise<Arrival> {
  const agent = new Agent({ connect: options.ca === undefined ? {} : { ca: options.ca } });
  const browser = new Browser(agent, undefined);
  try {
    let page = await browser.open("GET", url);
    // The address carries the code: one form sends it, the next confirms it.
    for (let form = hiddenIn(page); form !== null; form = hiddenIn(page)) {
      page = await browser.open("POST", form.action, form.fields);
    }
    const token = /name="token" value="([0-9a-f]+)"/.exec(page.body)?.[1];
    if (token === undefined) return page;
    return await browser.open("POST", page.url, new URLSearchParams({ token, person: personId ?? "" }).toString());
  } finally {
    await agent.destroy();
  }
}

/** A page's form of hidden fields, or null. */
function hiddenIn({ body, url }: Arrival): { readonly action: string; readonly fields: string } | null {
  const action = /<form[^>]*\saction="([^"]+)"/.exec(body)?.[1];
  if (action === undefined) return null;
  const fields = [...body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  const filled = fields.map(([, name = "", value = ""]): [string, string] => [name, value]);
  return { action: new URL(action, url).href, fields: new URLSearchParams(filled).toString() };
}

class Browser {
  readonly #agent: Agent;
  readonly #stopAt: string | undefined;
  readonly #cookies: { readonly host: string; readonly path: string; readonly name: string; readonly value: string }[] =
    [];

  constructor(agent: Agent, stopAt: string | undefined) {
    this.#agent = agent;
    this.#stopAt = stopAt;
  }

  async open(method: "GET" | "POST", url: string, form?: string): Promise<Arrival> {
    let [verb, target, body] = [method, new URL(url), form];
    for (let hops = 0; hops < 20; hops++) {
      const answer = await request(target, {
        dispatcher: this.#agent,
        method: verb,
        headers: { cookie: this.#cookiesFor(target), "content-type": "application/x-www-form-urlencoded" },
        body: body ?? null,
      });
      this.#keep(target, answer.headers["set-cookie"]);
      const text = await answer.body.text();
      const location = answer.headers["location"];
      if (answer.statusCode < 300 || answer.statusCode > 399 || typeof location !== "string") {
        return { status: answer.statusCode, url: target.href, body: text };
      }
      [verb, target, body] = ["GET", new URL(location, target), undefined];
      if (this.#stopAt !== undefined && target.href.startsWith(this.#stopAt)) {
        return { status: answer.statusCode, url: target.href, body: "" };
      }
    }
    throw new Error("the sign-in goes round in circles");
  }

  #cookiesFor(target: URL): string {
    return this.#cookies
      .filter(({ host, path }) => host === target.hostname && target.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }

  #keep(target: URL, header: string | string[] | undefined): void {
    for (const line of [header ?? []].flat()) {
      const [pair = "", ...attributes] = line.split("; ");
      const [name = "", value = ""] = pair.split(/=(.*)/);
      const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? "/";
      const old = this.#cookies.findIndex((cookie) => cookie.name === name && cookie.path === path);
      if (old >= 0) this.#cookies.splice(old, 1);
      if (value !== "") this.#cookies.push({ host: target.hostname, path, name, value });
    }
  }
}
