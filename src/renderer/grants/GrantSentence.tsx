import { Fragment } from "react";
import type { GrantView } from "../../shared/grant.ts";
import { useModel } from "../model.ts";
import { Outside } from "../parts/Outside.tsx";
import { useStore } from "../store.ts";
import { moment } from "../times.ts";
import { words } from "../words.ts";

type Shown = Extract<GrantView["constraints"][number], { constraint: "equal" }>;

/** How an argument is bound; `shown` is the value it is bound to, where the sentence stands apart from the request. */
interface Bound {
  readonly argument: string;
  readonly constraint: "equal" | "prefix" | "any";
  readonly prefix?: string;
  readonly shown?: Shown["shown"];
}

interface GrantSentenceProps {
  readonly principal: string;
  readonly connection: string;
  readonly tool: string;
  readonly constraints: readonly Bound[];
  readonly uses: number;
  /** By this machine's clock. */
  readonly endsAtMs: number;
}

/** What a grant lets through, whole: whose calls, of what, how often, until when, and with which arguments. */
export function GrantSentence({ principal, connection, tool, constraints, uses, endsAtMs }: GrantSentenceProps) {
  const nowMs = useStore(useModel().clock);
  return (
    <>
      <Outside text={principal} foldAt={60} />
      {words.grant.mayRun}
      <Outside text={tool} look="name" foldAt={80} />
      {words.request.on}
      <Outside text={connection} look="name" foldAt={80} />
      {words.grant.often(uses, moment(endsAtMs, nowMs))}
      {constraints.length === 0 ? words.grant.noArguments : words.grant.with}
      <Constraints of={constraints} />.
    </>
  );
}

/** Each argument and what binds it. */
export function Constraints({ of }: { readonly of: readonly Bound[] }) {
  return of.map((bound, index) => (
    <Fragment key={bound.argument}>
      {index > 0 && ", "}
      <Outside text={bound.argument} look="code" foldAt={60} /> <Binding of={bound} />
    </Fragment>
  ));
}

function Binding({ of }: { readonly of: Bound }) {
  switch (of.constraint) {
    case "any":
      return words.grant.anything;
    case "prefix":
      return (
        <>
          {words.grant.beginningWith}
          <Outside text={JSON.stringify(of.prefix ?? "")} look="code" foldAt={80} />
        </>
      );
    case "equal":
      if (of.shown === undefined) return words.grant.asShown;
      return (
        <>
          {words.grant.equalTo}
          <Outside text={JSON.stringify(of.shown)} look="code" foldAt={80} />
        </>
      );
    default:
      return of.constraint satisfies never;
  }
}
