import type { Failure } from "../../shared/errors.ts";
import { LargeMark } from "../frame/Mark.tsx";
import { useModel } from "../model.ts";
import { Blank } from "../parts/Blank.tsx";
import { Button } from "../parts/Button.tsx";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import css from "./session.module.css";

const said = words.gateways.pin;

/** The gateway is not what was confirmed: nothing goes there, and no button here changes that. */
export function PinChanged({ error, canManage }: { readonly error: Failure; readonly canManage: boolean }) {
  const { bridge, page } = useModel();
  const actions = (
    <>
      <Button onClick={() => void bridge.signIn()}>{said.again}</Button>
      {canManage && <Button onClick={() => page.set("gateways")}>{said.manage}</Button>}
    </>
  );
  return (
    <Blank art={<LargeMark />} artInk="strong" title={said.title} actions={actions}>
      <p>{said.means}</p>
      <p>{canManage ? said.next : `${said.next} ${said.how}`}</p>
      <div role="alert" className={css.failed}>
        <p className={css.detail}>
          “<Outside text={error.message} foldAt={600} />”
        </p>
      </div>
    </Blank>
  );
}
