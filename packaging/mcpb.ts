import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mcpbBundle } from "./mcpb-bundle.ts";

// `npm run build:mcpb`: dist/installers/countersign.mcpb, out of the built program.

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "dist", "installers", "countersign.mcpb");
const bundle = await mcpbBundle(root);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, bundle);
process.stdout.write(`${file} (${Math.ceil(bundle.length / 1024)} KiB)\n`);
