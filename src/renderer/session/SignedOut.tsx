import type { SignedOut as Left } from "../../shared/console.ts";
import type { Failure } from "../../shared/errors.ts";
import { LargeMark } from "../frame/Mark.tsx";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import text from "../parts/text.module.css";
import { words } from "../words.ts";
import { signInWording } from "../wording.ts";
import css from "./session.module.css";

interface SignedOutProps {
  readonly issuer: string;
  readonly error: Failure | null;
  readonly left: Left | undefined;
}

/** Nobody is signed in: where the sign-in happens, and why the last one did not. */
export function SignedOut({ issuer, error, left }: SignedOutProps) {
  const { bridge } = useModel();
  const signIn = (
    <Button look="primary" size="large" onClick={() => void bridge.signIn()}>
      {words.signIn.button}
    </Button>
  );
  return (
    <Blank art={<LargeMark />} artInk="strong" title={words.signIn.title} actions={signIn}>
      <p>
        {words.signIn.before}
        <Outside text={issuer} look="code" />
        {words.signIn.after}
      </p>
      {error && <WhatFailed error={error} />}
      {left && <WhatEnded left={left} />}
    </Blank>
  );
}

/** What the sign-out did, and what it can't do: the browser has a session of its own. */
function WhatEnded({ left }: { readonly left: Left }) {
  return (
    <div role="status" className={css.failed}>
      <p>
        {left.kept ? words.signedOut.kept : words.signedOut.here} {words.signedOut.gateway[left.gateway]}{" "}
        {words.signedOut.provider[left.provider]}
      </p>
      {left.logoutUrl !== null && (
        <p className={css.detail}>
          {words.signedOut.browser} <Outside text={left.logoutUrl} look="codeSmall" />
        </p>
      )}
    </div>
  );
}

function WhatFailed({ error }: { readonly error: Failure }) {
  return (
    <div role="alert" className={css.failed}>
      <p>
        <b className={text.strong}>{words.signIn.ended}</b> {signInWording(error.code)}
      </p>
      {error.message !== "" && (
        <p className={css.detail}>
          “<Outside text={error.message} />”
        </p>
      )}
    </div>
  );
}
