import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The terminal shell with what it imports, each command's part loaded when it is asked for: whoever rests for days holds of its
 * libraries only what it uses, and a short command looks for a few files instead of hundreds.
 */
export default defineConfig({
  root: here("."),
  publicDir: false,
  // A native module stays a package of its own, and is loaded by the one program that asks the OS keyring.
  ssr: { noExternal: true, external: ["@napi-rs/keyring"] },
  build: {
    ssr: true,
    outDir: here("../../dist/cli"),
    emptyOutDir: true,
    target: "es2024",
    license: { fileName: "licences.md" },
    // Its parts are read from the disk, not over a network.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // A thread's program is a file of its own beside whoever starts it (test/packaging/loaded.test.ts).
      input: ["index.ts", "../gateway/search/search-worker.ts", "../client/vault/keyring-child.ts"].map(here),
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        // The licences stand in licences.md.
        comments: { legal: false },
        // Names stay, so that a stack can be read. One letter beyond Latin-1 would double what its whole file takes in memory.
        minify: { compress: true, mangle: false, codegen: { removeWhitespace: true, asciiOnly: true } },
      },
    },
  },
});
