import type { ConsoleState } from "../../shared/console.ts";
import { heldCalls } from "../../shared/held.ts";
import type { SetupView } from "../../shared/setup.ts";
import { useArrival } from "../parts/arrival.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import { Around } from "./Around.tsx";
import { ClientTable } from "./ClientTable.tsx";
import { RepairAll } from "./RepairAll.tsx";
import { isPresent, useSetups } from "./setups.ts";
import page from "../parts/page.module.css";
import setup from "./setup.module.css";
import text from "../parts/text.module.css";

/** The MCP client programs of this computer: those that were found or set up, and those that a person gave a token. */
export function Clients({ state }: { readonly state: ConsoleState }) {
  const heading = useArrival("clients");
  const { views, error, look } = useSetups();
  const present = views?.filter(isPresent) ?? [];
  const absent = views?.filter((view) => !isPresent(view)) ?? [];
  const others = state.clients.filter(({ id }) => !present.some(({ client }) => client?.id === id));
  const isEmpty = views !== null && present.length === 0 && others.length === 0;
  return (
    <>
      <div className={`${page.head} ${page.second}`}>
        <h2 ref={heading} tabIndex={-1}>
          {words.clients.title}
        </h2>
        <span className={text.three}>{words.clients.note}</span>
      </div>
      {error !== null && (
        <p role="alert" className={page.under}>
          <span className={setup.bad}>
            {words.clients.unread} {wording(error)}
          </span>
          <Button size="small" onClick={look}>
            {words.clients.again}
          </Button>
        </p>
      )}
      {views === null && error === null && <p className={page.under}>{words.clients.reading}</p>}
      {present.length + others.length > 0 && (
        <ClientTable views={present} others={others} traffic={state.traffic} held={heldCalls(state)} onChange={look} />
      )}
      {isEmpty && <p className={page.under}>{words.clients.empty}</p>}
      <RepairAll views={present} onWritten={look} />
      <Around views={present} />
      <p className={page.under}>
        {absent.length > 0 && <span>{words.clients.notFound(namesOf(absent))}</span>}
        <span>
          {words.clients.how} <code>{words.clients.setUp}</code> {words.clients.howElse}{" "}
          <code>{words.clients.command}</code> {words.clients.howThen}
        </span>
      </p>
    </>
  );
}

function namesOf(views: readonly SetupView[]): string {
  return views.map(({ name }) => name).join(", ");
}
