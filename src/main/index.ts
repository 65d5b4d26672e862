import { collectAtOnce } from "../client/collecting.ts";
import { keepSecretsOutOfReports } from "../client/crash-reports.ts";
import { openClient } from "../client/index.ts";
import { report } from "./report.ts";
import { runTrayApp, shipped } from "./tray-app.ts";

keepSecretsOutOfReports();
collectAtOnce();
// Electron starts here. Not awaited at the top level: Electron becomes ready only after this module has been evaluated,
// so waiting for readiness here would wait for ever.
runTrayApp({ openClient, files: shipped }).catch((error: unknown) => report("The tray app could not start", error));
