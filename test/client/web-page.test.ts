import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { signedIn, type Workbench } from "./workbench.ts";

let bench: Workbench;
let browser: Browser;
let page: Page;
let evil: Server;
let pages: string;
let token: string;
/** Loopback addresses without scheme: the tunnel's and the console's. */
let targets: { readonly tunnel: string; readonly console: string };

beforeAll(async () => {
  bench = await signedIn();
  ({ token } = await bench.client.addClient("cursor"));
  await bench.client.openTunnel();
  pages = await mkdtemp(join(tmpdir(), "countersign-pages-"));
  await writeFile(join(pages, "index.html"), "<!doctype html><title>Console</title>");
  await bench.client.serveConsole(pages);
  const { tunnel } = bench.client.state();
  if (tunnel.state !== "open") throw new Error("The tunnel is not open.");
  targets = { tunnel: `127.0.0.1:${tunnel.port}`, console: new URL(bench.client.consoleLink()).host };
  evil = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Evil</title>");
  }).listen(0, "127.0.0.1");
  await once(evil, "listening");
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser.close();
  evil.close();
  evil.closeAllConnections();
  await bench.close();
  await rm(pages, { recursive: true, force: true });
});

interface Init {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly mode?: "no-cors";
  readonly credentials?: "include";
}

/** What the page gets to see of an answer, or why it sees none. */
const fetched = (url: string, init: Init) =>
  page.evaluate(
    async ([address, options]) => {
      try {
        const answer = await fetch(address, options);
        return `${answer.type} ${answer.status} ${(await answer.text()).length}`;
      } catch (error) {
        return String(error);
      }
    },
    [url, init] as const,
  );

const paths = () => [
  `http://${targets.tunnel}/mcp/files`,
  `http://${targets.tunnel}/mcp`,
  `http://${targets.console}/`,
  `http://${targets.console}/session`,
];

describe("a page of another origin, in a real browser", () => {
  it("reads nothing by fetch, though it had stolen the client's token", async () => {
    const before = bench.gateway.requests.length;
    const headers = { authorization: `Bearer ${token}` };
    for (const url of paths())
      for (const init of [
        {},
        { headers },
        { method: "POST", body: "{}" },
        { method: "POST", body: "{}", headers },
        { credentials: "include" as const },
      ])
        expect(await fetched(url, init), url).toBe("TypeError: Failed to fetch");
    expect(bench.gateway.requests.length).toBe(before);
  });

  it("gets only opaque, empty answers without CORS, and nothing is passed on", async () => {
    const before = bench.gateway.requests.length;
    for (const url of paths())
      for (const method of ["GET", "POST"])
        expect(await fetched(url, { method, mode: "no-cors" }), url).toMatch(
          /^(opaque 0 0|TypeError: Failed to fetch)$/,
        );
    expect(bench.gateway.requests.length).toBe(before);
  });

  it("gets no leave by a preflight, not for a private network either", async () => {
    const wish = {
      origin: "http://evil.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
      "access-control-request-private-network": "true",
      "access-control-request-local-network": "true",
    };
    for (const url of paths()) {
      const answer = await fetch(url, { method: "OPTIONS", headers: wish });
      expect(answer.status, url).toBe(403);
      expect(
        [...answer.headers.keys()].filter((name) => name.startsWith("access-control")),
        url,
      ).toEqual([]);
    }
  });

  it("reads nothing where it asks by a name for this machine's address space", async () => {
    const before = bench.gateway.requests.length;
    const asked = await page.evaluate(
      async (addresses) =>
        await Promise.all(
          addresses.map((address) =>
            // Chromium's own way to ask for a private address from a public page.
            fetch(address, { method: "POST", body: "{}", targetAddressSpace: "loopback" } as RequestInit).then(
              ({ status }) => String(status),
              () => "refused",
            ),
          ),
        ),
      paths(),
    );
    expect(new Set(asked)).toEqual(new Set(["refused"]));
    expect(bench.gateway.requests.length).toBe(before);
  });

  it("opens no WebSocket", async () => {
    for (const path of [`${targets.console}/bridge`, `${targets.tunnel}/mcp/files`]) {
      const ended = await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.addEventListener("open", () => resolve("open"));
            socket.addEventListener("error", () => resolve("refused"));
          }),
        `ws://${path}`,
      );
      expect(ended, path).toBe("refused");
    }
  });

  it("posts no form that counts, redeems no code and frames no console", async () => {
    const link = bench.client.consoleLink();
    const code = new URL(link).hash.replace("#code=", "");
    for (const [action, value] of [
      [`http://${targets.tunnel}/mcp/files`, "{}"],
      [`http://${targets.console}/session`, JSON.stringify({ code })],
    ] as const) {
      const answered = page.waitForResponse(action);
      await page.evaluate(
        ([url, text]) => {
          const frame = Object.assign(document.createElement("iframe"), { name: url });
          const form = Object.assign(document.createElement("form"), {
            action: url,
            method: "post",
            enctype: "text/plain",
            target: url,
          });
          // A text/plain form sends NAME=VALUE: the name carries the JSON.
          form.append(Object.assign(document.createElement("input"), { name: text, value: "" }));
          document.body.append(frame, form);
          form.submit();
        },
        [action, value] as const,
      );
      expect((await answered).status(), action).toBe(403);
    }
    const framed = await page.evaluate(
      (url) =>
        new Promise<boolean>((resolve) => {
          const frame = Object.assign(document.createElement("iframe"), { src: url });
          frame.addEventListener("load", () => resolve(frame.contentDocument !== null));
          document.body.append(frame);
        }),
      link,
    );
    expect(framed).toBe(false);
    expect(page.frames().some((frame) => frame.url().startsWith(`http://${targets.console}`))).toBe(false);
    const origin = `http://${targets.console}`;
    const redeemed = await fetch(`${origin}/session`, {
      method: "POST",
      headers: { origin },
      body: JSON.stringify({ code }),
    });
    expect(redeemed.status, "the code is unspent").toBe(200);
  });

  it("reaches nothing under a name of its own that it has bound to our address", async () => {
    for (const address of [targets.tunnel, targets.console]) {
      const rebound = `http://evil.localhost:${address.split(":")[1] ?? ""}/`;
      const tab = await browser.newPage();
      const answered = tab.waitForResponse(rebound);
      // Chromium shows an error page of its own where an answer has no body.
      await tab.goto(rebound).catch(() => null);
      expect((await answered).status(), rebound).toBe(403);
      await tab.close();
    }
  });

  it("reaches nothing from a page that has our very address as its origin, rebound after it was loaded", async () => {
    const before = bench.gateway.requests.length;
    for (const address of [targets.tunnel, targets.console]) {
      const origin = `http://evil.localhost:${address.split(":")[1] ?? ""}`;
      const tab = await browser.newPage();
      // The page comes from its own server; from then on its name leads to us.
      await tab.route(`${origin}/`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
      await tab.goto(`${origin}/`);
      const told = await tab.evaluate(
        async ([authorization, ...methods]) => {
          const paths = ["/mcp", "/mcp/files", "/session", "/bridge"];
          // Of its own origin: without preflight, a GET even without Origin, and with answers that may be read.
          const asked = paths.flatMap((path) =>
            methods.map((method) =>
              fetch(path, { method, headers: { authorization }, ...(method === "POST" ? { body: "{}" } : {}) }),
            ),
          );
          const statuses = await Promise.all(asked.map(async (each) => (await each).status));
          const unasked = await new Promise<string>((resolve) => {
            const events = new EventSource("/mcp/files");
            events.addEventListener("open", () => resolve("open"));
            events.addEventListener("error", () => resolve("refused"));
          });
          const socket = await new Promise<string>((resolve) => {
            const opened = new WebSocket(`ws://${location.host}/bridge`);
            opened.addEventListener("open", () => resolve("open"));
            opened.addEventListener("error", () => resolve("refused"));
          });
          return [...new Set(statuses), unasked, socket];
        },
        [`Bearer ${token}`, "GET", "POST", "DELETE", "OPTIONS"] as const,
      );
      expect(told, origin).toEqual([403, "refused", "refused"]);
      await tab.close();
    }
    expect(bench.gateway.requests.length).toBe(before);
  });

  it("sends no beacon, frame, picture or script that counts", async () => {
    const before = bench.gateway.requests.length;
    const tab = await browser.newPage();
    await tab.goto(page.url());
    // The console's empty page alone is anybody's to load, where it may not be framed.
    const asked = paths().filter((url) => url !== `http://${targets.console}/`);
    const served = new Set<boolean>();
    tab.on("response", (response) => {
      if (asked.includes(response.url())) served.add(response.ok());
    });
    const loaded = await tab.evaluate(async (addresses) => {
      const tags = ["img", "script", "iframe", "object", "link"];
      for (const url of addresses) navigator.sendBeacon(url, "{}");
      const came = addresses.flatMap((url) =>
        tags.map(
          (tag) =>
            new Promise<string>((resolve) => {
              const element = document.createElement(tag);
              // A frame loads Chromium's error page.
              element.addEventListener("load", () => resolve(tag === "iframe" ? "failed" : `${tag} loaded`));
              element.addEventListener("error", () => resolve("failed"));
              if (element instanceof HTMLLinkElement) Object.assign(element, { rel: "stylesheet", href: url });
              else if (element instanceof HTMLObjectElement) element.data = url;
              else Object.assign(element, { src: url });
              document.body.append(element);
            }),
        ),
      );
      return [...new Set(await Promise.all(came))];
    }, paths());
    expect(loaded).toEqual(["failed"]);
    expect([...served]).toEqual([false]);
    expect(bench.gateway.requests.length).toBe(before);
    await tab.close();
  });
});
