import { visibleLine } from "../../shared/visible.ts";
import { LargeMark } from "../frame/Mark.tsx";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { Button } from "../parts/Button.tsx";
import button from "../parts/Button.module.css";
import { classes } from "../parts/class-names.ts";
import { CopyButton, copyText } from "../parts/CopyButton.tsx";
import { words } from "../words.ts";
import css from "./session.module.css";

/** The browser is at the provider; its address stands here for where no browser opened. */
export function SigningIn({ url, code }: { readonly url: string | null; readonly code: string | undefined }) {
  const { bridge } = useModel();
  const address = url !== null && isWebAddress(url) ? url : null;
  // Nothing opens by itself in a browser; a desktop's window opens no link: there the address is copied.
  const link = bridge.desktop === undefined ? address : null;
  return (
    <Blank
      art={<LargeMark />}
      artInk="strong"
      title={words.signIn.openTitle}
      actions={
        <>
          {link !== null && (
            <a
              className={classes(button.btn, button.primary, button.large)}
              href={link}
              target="_blank"
              rel="noreferrer"
            >
              {words.signIn.go}
            </a>
          )}
          {address !== null && <CopyButton copy={() => copyText(address)}>{words.signIn.copy}</CopyButton>}
          <Button onClick={() => void bridge.cancelSignIn()}>{words.signIn.cancel}</Button>
        </>
      }
    >
      <p>{address === null ? words.signIn.preparing : link === null ? words.signIn.opened : words.signIn.opens}</p>
      {code !== undefined && (
        <p>
          {words.signIn.code} <code>{visibleLine(code, 20)}</code>
        </p>
      )}
      {address !== null && (
        <div className={css.address}>
          <p className={css.small}>{link === null ? words.signIn.noBrowser : words.signIn.otherBrowser}</p>
          <code>{address}</code>
        </div>
      )}
    </Blank>
  );
}

/** Only web addresses become links: a provider's reply could name any scheme. */
function isWebAddress(url: string): boolean {
  return URL.canParse(url) && ["https:", "http:"].includes(new URL(url).protocol);
}
