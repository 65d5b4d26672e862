/** The tunnel alone, as a process of its own, straight in front of a target in the gateway's place (its origin is the argument). */
import { collectAtOnce } from "../../src/client/collecting.ts";
import { openTunnelBench } from "../../test/client/tunnel-bench.ts";
import { tellSpent } from "./spent.ts";

// As whoever owns a profile does.
collectAtOnce();
const bench = await openTunnelBench(process.argv[2] ?? "", "token");
process.send?.({ url: bench.url("target"), token: bench.token });
tellSpent();
process.once("disconnect", () => process.exit(0));
