import type { ApprovalView } from "../../shared/approval.ts";
import type { Json } from "../../shared/json.ts";
import { Outside } from "../parts/Outside.tsx";
import { words } from "../words.ts";
import css from "./RequestDetail.module.css";

type ClaimsProps = Pick<ApprovalView, "description" | "annotations">;

/** The server's own words on its tool, quoted, and what it declares: claims, not facts (rule 10). */
export function Claims({ description, annotations }: ClaimsProps) {
  const declared = Object.entries(annotations ?? {});
  return (
    <p className={css.claims}>
      {description === null ? (
        words.request.noDescription
      ) : (
        <>
          “<Outside text={description} />”
        </>
      )}{" "}
      {declared.length === 0 ? (
        words.request.noClaims
      ) : (
        <>
          {words.request.claims}
          {declared.map(([name, value], index) => (
            <span key={name}>
              {index > 0 && ", "}
              <Claim name={name} value={value} />
            </span>
          ))}
          .
        </>
      )}
    </p>
  );
}

function Claim({ name, value }: { readonly name: string; readonly value: Json }) {
  if (typeof value === "boolean" && isKnown(name)) return words.claims[name][value ? 1 : 0];
  return <Outside text={`${name}: ${JSON.stringify(value)}`} look="code" />;
}

function isKnown(name: string): name is keyof typeof words.claims {
  return Object.hasOwn(words.claims, name);
}
