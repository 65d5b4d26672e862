import { fullInbox, held, manyHeld, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const others = [
  held({ tool: "read_report", connection: "reports-share", risk: "low", standing: "decided" }, 90_000),
  held({ tool: "merge_branch", connection: "git-main", risk: "medium", standing: "not-their-step" }, 200_000),
];

const full = fullInbox();

/** The inbox's list at scale, filtered, and under the pointer. */
export const inboxScenes: readonly Scene[] = [
  { name: "inbox-thousands", state: signedIn(manyHeld(10_000)), act: (page) => page.keyboard.press("j") },
  {
    name: "inbox-filters",
    state: signedIn([...fullInbox(), ...others]),
    async act(page) {
      await page.getByRole("button", { name: "Filters" }).click();
      await page.getByRole("checkbox", { name: "Only mine to decide" }).uncheck();
    },
  },
  {
    name: "inbox-none-found",
    state: signedIn(fullInbox()),
    async act(page) {
      await page.getByRole("button", { name: "Filters" }).click();
      await page.getByRole("combobox", { name: "Risk" }).selectOption("medium");
      await page.getByRole("combobox", { name: "Connection" }).selectOption("files");
    },
  },
  {
    name: "inbox-held",
    pointer: "stays",
    state: signedIn(full),
    async act(page, server) {
      server.say(signedIn(full));
      await page.getByRole("option", { name: /delete_branch/ }).hover();
      server.say(
        signedIn([
          ...full.map((each, at) => (at === 1 ? { ...each, state: "denied" as const } : each)),
          held({ tool: "drop_table", risk: "critical" }, 60_000),
        ]),
      );
      await page.getByText("1 new at the end").waitFor();
    },
  },
  { name: "inbox-not-mine", state: signedIn(others) },
  {
    name: "inbox-looked-at",
    state: { ...signedIn(full), looking: [{ approval: full[0]?.id ?? "", by: ["Tess Third", "Ada Lovelace"] }] },
  },
];
