import { LargeMark } from "../frame/Mark.tsx";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { Button } from "../parts/Button.tsx";
import { CopyButton, copyText } from "../parts/CopyButton.tsx";
import { words } from "../words.ts";
import css from "./session.module.css";

/** The browser is at the provider; its address stands here for where no browser opened. */
export function SigningIn({ url }: { readonly url: string | null }) {
  const { bridge } = useModel();
  const address = url !== null && isWebAddress(url) ? url : null;
  return (
    <Blank
      art={<LargeMark />}
      artInk="strong"
      title={words.signIn.openTitle}
      actions={
        <>
          {address !== null && <CopyButton copy={() => copyText(address)}>{words.signIn.copy}</CopyButton>}
          <Button onClick={() => void bridge.cancelSignIn()}>{words.signIn.cancel}</Button>
        </>
      }
    >
      <p>{address === null ? words.signIn.preparing : words.signIn.opened}</p>
      {address !== null && (
        <div className={css.address}>
          <p className={css.small}>{words.signIn.noBrowser}</p>
          {bridge.desktop === undefined ? (
            <a href={address} target="_blank" rel="noreferrer">
              {address}
            </a>
          ) : (
            // A desktop's window opens nothing: there the address is copied.
            <code>{address}</code>
          )}
        </div>
      )}
    </Blank>
  );
}

/** Only web addresses become links: a provider's reply could name any scheme. */
function isWebAddress(url: string): boolean {
  return URL.canParse(url) && ["https:", "http:"].includes(new URL(url).protocol);
}
