import { useState } from "react";
import type { SetupView } from "../../shared/setup.ts";
import { Button } from "../parts/Button.tsx";
import page from "../parts/page.module.css";
import { Status } from "../parts/Status.tsx";
import { words } from "../words.ts";
import setup from "./setup.module.css";
import { SetupPanel } from "./SetupPanel.tsx";

/** All that drifted at once, as after another port: each change is shown, and one press writes them. Nothing below two. */
export function RepairAll({
  views,
  onWritten,
}: {
  readonly views: readonly SetupView[];
  readonly onWritten: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const programs = [...new Set(views.filter(({ state }) => state === "drifted").map(({ id }) => id))];
  // Once it is open it stays, to say what was written.
  if (programs.length < 2 && !isOpen) return null;
  return isOpen ? (
    <div className={setup.all}>
      <SetupPanel
        ask={{ does: "repair", programs }}
        title={words.repairAll.title}
        onWritten={onWritten}
        onClose={() => setOpen(false)}
      />
    </div>
  ) : (
    <p className={page.under}>
      <Status tone="warn" icon="drift">
        {words.repairAll.some(programs.length)}
      </Status>
      <Button size="small" onClick={() => setOpen(true)}>
        {words.repairAll.show}
      </Button>
    </p>
  );
}
