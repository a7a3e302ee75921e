import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { hosted } from "./build/hosted.ts";

const PUBLIC = resolve(import.meta.dirname, "../public");

/** Beside the built files stand pages that other tools make, so only what a build made before is removed. */
const withoutOldAssets: Plugin = {
  name: "without-old-assets",
  apply: "build",
  buildStart: () => rmSync(resolve(PUBLIC, "assets"), { recursive: true, force: true }),
};

export default defineConfig(({ mode }) => ({
  publicDir: false,
  resolve: {
    alias: ["realtime", "storage", "functions"].map((part) => ({
      find: `@supabase/${part}-js`,
      replacement: resolve(import.meta.dirname, "build/without.ts"),
    })),
  },
  plugins: [withoutOldAssets, ...(mode === "hosted" ? [hosted(process.env)] : [])],
  build: {
    outDir: PUBLIC,
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    /* Under our policy a picture in a data: address is fine, but a file is cached on its own. */
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
}));
