import "./no-compiling.ts";
import { createRoot } from "react-dom/client";
import "./tokens.css";
import "./base.css";
import { bridgeOverPreload } from "./bridge.ts";
import { Failed } from "./frame/Failed.tsx";
import { Window } from "./frame/Window.tsx";
import { bridgeOverLoopback, followNewCode, takeCode } from "./loopback.ts";
import { createModel, ModelContext } from "./model.ts";

const place = document.getElementById("console");
if (place === null) throw new Error("index.html has no place for the console");

const bridge = window.countersign ? bridgeOverPreload(window.countersign) : bridgeOverLoopback(takeCode());
const model = createModel(bridge);
followNewCode(() => model.view.get().at === "ended");
addEventListener("pagehide", () => model.decisions.leave());

const root = createRoot(place, {
  onUncaughtError() {
    // Nothing may be decided on a page that is not drawn.
    model.decisions.leave();
    createRoot(document.body).render(<Failed />);
  },
});
root.render(
  <ModelContext value={model}>
    <Window />
  </ModelContext>,
);
