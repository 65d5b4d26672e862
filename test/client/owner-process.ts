import { openClient } from "../../src/client/index.ts";
import { signInStandIn } from "../support/sign-in-stand-in.ts";

// A process of its own that owns a profile until it is killed (ownership.test.ts).
const directory = process.argv[2] ?? "";
await openClient({ directory, openBrowser: () => undefined, createSignIn: async () => signInStandIn() });
process.stdout.write("owned\n");
setInterval(() => undefined, 60_000);
