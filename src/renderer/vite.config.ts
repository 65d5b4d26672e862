import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The console's pages: relative addresses and no inline code, so that they run alike from app:// and from loopback. */
export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [react(), withoutJsonSchema()],
  build: {
    outDir: here("../../dist/renderer"),
    emptyOutDir: true,
    sourcemap: false,
    target: "chrome140",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

/**
 * Leaves out zod's way from a schema to JSON Schema, a fifth of what it takes: each schema refers to it and the console never asks for it,
 * so its exports stand for nothing. Where a later zod has it elsewhere it comes back, and nothing else changes.
 */
function withoutJsonSchema(): Plugin {
  const unasked = /\/zod\/v4\/core\/(?:json-schema-processors|to-json-schema)\.js$/;
  return {
    name: "countersign:without-json-schema",
    enforce: "pre",
    async load(id) {
      if (!unasked.test(id)) return null;
      const exported = (await readFile(id, "utf8")).matchAll(/^export (?:const|function) (\w+)/gm);
      return [...exported].map(([, name]) => `export function ${name}() {}`).join("\n");
    },
  };
}
