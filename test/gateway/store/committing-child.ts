/**
 * A gateway's store in a process of its own: opens DATA with KEYS, then appends entries until it is ended, and prints
 * the number of each once it is durable, `failed CODE` where the store refused it.
 */
import { loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import { origin } from "./origin.ts";

const [data = "", keysFolder = ""] = process.argv.slice(2);
// A file-size limit then shows as a failed write (EFBIG) instead of ending the process.
process.on("SIGXFSZ", () => undefined);

const store = await openStore({ folder: data, keys: await loadKeys(keysFolder), origin, now: Date.now });
process.stdout.write("open\n");
for (let n = 0; ; n += 1) {
  const filler = "x".repeat(200);
  try {
    await Promise.all([
      store.commit((writes) => writes.append("call.request", { n, filler })),
      store.commit((writes) => writes.tools.put("files", `tool ${n}`, String(n))),
    ]);
    process.stdout.write(`${n}\n`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    process.stdout.write(`failed ${code}\n`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
