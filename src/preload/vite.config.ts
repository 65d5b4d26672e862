import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// A sandboxed preload is one CommonJS file that may require `electron` and nothing else of ours.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  publicDir: false,
  build: {
    outDir: fileURLToPath(new URL("../../dist/preload", import.meta.url)),
    emptyOutDir: true,
    target: "chrome150",
    minify: true,
    lib: { entry: "index.ts", formats: ["cjs"], fileName: () => "index.cjs" },
    rollupOptions: { external: ["electron"] },
  },
});
