/**
 * Prints the vault's key out of the OS keyring, which it makes the first time. A process of its own: the keyring may ask its person to
 * unlock it and answers only then, and nobody can call a native call back.
 */
import { randomBytes } from "node:crypto";
import { Entry } from "@napi-rs/keyring";

// Of Linux's two, the kernel's own keyring forgets at each start of the machine: it counts as none.
const entry = new Entry("Countersign", "vault key", { linux: { store: "secret-service" } });
if (entry.getPassword() === null) entry.setPassword(randomBytes(32).toString("base64"));
// What is there counts: another process may have made one at the same moment.
process.stdout.write(entry.getPassword() ?? "");
