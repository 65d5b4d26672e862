/** Starts a target that starts a grandchild, prints their process ids and exits without closing anything. */
import { createAgent } from "../../src/agent/index.ts";
import { never, resultOf, rpc } from "./collect.ts";

const session = createAgent()
  .target(JSON.parse(process.argv[2] ?? ""))
  .open("legacy");
const { pids } = await resultOf<{ pids: number[] }>(session.request(rpc(1, "grandchild"), {}, never()));
process.stdout.write(JSON.stringify(pids), () => process.exit(0));
