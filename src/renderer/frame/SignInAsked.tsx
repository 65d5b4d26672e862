import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { beginsWith, goesOn } from "../sign-in-asked.ts";
import { words } from "../words.ts";

type Asked = NonNullable<ConsoleState["signInAsked"]>;

/** Calls wait for a fresh or a stronger sign-in, which a rule or the provider asks for: the browser opens only on a press here. */
export function SignInAsked({ asked, clients }: { readonly asked: Asked; readonly clients: ConsoleState["clients"] }) {
  const { bridge } = useModel();
  const actions = (
    <>
      <Button size="small" onClick={() => void bridge.declineSignIn()}>
        {words.signInAsked.notNow}
      </Button>
      <Button size="small" look="strong" onClick={() => void bridge.signIn()}>
        {words.signInAsked.signIn}
      </Button>
    </>
  );
  return (
    <Band tone="warn" icon="note" action={actions}>
      {beginsWith(asked, clients)}
      {asked.name !== null && (
        <>
          <Outside text={asked.name} look="code" foldAt={60} />
          {words.signInAsked.on}
        </>
      )}
      <Outside text={asked.connection} look="code" foldAt={60} />
      {goesOn(asked)}
    </Band>
  );
}
