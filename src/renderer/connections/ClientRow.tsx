import { useState } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import type { SetupAsk, SetupView } from "../../shared/setup.ts";
import { sumOf } from "../../shared/traffic.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import type { IconName } from "../parts/Icon.tsx";
import { Status } from "../parts/Status.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { Calls } from "./Calls.tsx";
import { ClientEvent } from "./ClientEvent.tsx";
import { FilePath } from "./FilePath.tsx";
import { SetupPanel } from "./SetupPanel.tsx";
import { standingOf, type Standing } from "./setups.ts";
import table from "../parts/table.module.css";
import text from "../parts/text.module.css";
import css from "./client-table.module.css";

const marks = {
  off: { tone: "none", icon: "ring" },
  live: { tone: "ok", icon: "dot" },
  restart: { tone: "warn", icon: "restart" },
  written: { tone: "plain", icon: "half" },
  drifted: { tone: "warn", icon: "drift" },
  broken: { tone: "bad", icon: "off" },
} as const satisfies Record<Standing, { tone: string; icon: IconName }>;

interface ClientRowProps {
  readonly view: SetupView;
  readonly traffic: ConsoleState["traffic"];
  /** How many of its calls are held. */
  readonly held: number;
  readonly onChange: () => void;
}

/** One installation of a program: how it stands, when it last came, and what can be done with its file. */
export function ClientRow({ view, traffic, held, onChange }: ClientRowProps) {
  const nowMs = useStore(useModel().clock);
  const [does, setDoes] = useState<SetupAsk["does"] | null>(null);
  const lines = traffic.lines.filter(({ client }) => client === view.client?.id);
  const lastAtMs = latest(view.client?.lastUsedAtMs ?? null, sumOf(lines).lastAtMs);
  const standing = standingOf(view);
  const name = view.variant === null ? view.name : words.clients.variant(view.name, view.variant);
  const ask = (wanted: SetupAsk["does"]) => (
    <Button
      size="small"
      look={wanted === "undo" ? "quiet" : "plain"}
      label={words.clients.actOf[wanted](name)}
      expanded={does === wanted}
      onClick={() => setDoes(does === wanted ? null : wanted)}
    >
      {words.clients.act[wanted]}
    </Button>
  );
  return (
    <>
      <tr className={does === null ? undefined : css.open}>
        <td className={css.name}>{name}</td>
        <td className={`${text.two} ${table.loose}`}>
          <FilePath path={view.file} />
        </td>
        <td>
          <Status {...marks[standing]}>{words.clients.state[standing]}</Status>
        </td>
        <td className={text.two}>
          <ClientEvent view={view} standing={standing} lastAtMs={lastAtMs} nowMs={nowMs} />
        </td>
        <td className={`${table.number} ${table.loose}`}>
          <Calls lines={lines} held={held} />
        </td>
        <td>
          <div className={css.actions} data-rest="button">
            {standing === "drifted" && ask("repair")}
            {standing === "off" && ask("set-up")}
            {view.state === "on" || view.state === "drifted" ? ask("undo") : null}
          </div>
        </td>
      </tr>
      {does !== null && (
        <tr className={css.wide}>
          <td colSpan={6}>
            <SetupPanel
              key={does}
              ask={{ does, programs: [view.id] }}
              title={words.setup.title[does](name)}
              onWritten={onChange}
              {...(does === "undo" ? {} : { onUndo: () => setDoes("undo") })}
              onClose={() => setDoes(null)}
            />
          </td>
        </tr>
      )}
    </>
  );
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
