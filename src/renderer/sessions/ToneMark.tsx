import type { MomentWords } from "../../shared/session-words.ts";
import type { IconName } from "../parts/Icon.tsx";
import { OutsideLine } from "../parts/Outside.tsx";
import { Status } from "../parts/Status.tsx";

const looks = {
  hold: { tone: "warn", icon: "clock" },
  decision: { tone: "ok", icon: "check" },
  denial: { tone: "none", icon: "off" },
  failure: { tone: "bad", icon: "cross" },
} as const satisfies Partial<Record<MomentWords["tone"], { readonly tone: string; readonly icon: IconName }>>;

/** What happened, in words; what stands out has a shape. */
export function ToneMark({ tone, title }: Pick<MomentWords, "tone" | "title">) {
  if (tone === "call" || tone === "answer" || tone === "quiet") return <OutsideLine text={title} />;
  return (
    <Status tone={looks[tone].tone} icon={looks[tone].icon}>
      <OutsideLine text={title} />
    </Status>
  );
}
