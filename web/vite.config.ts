import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { preloaded, runFirst } from "./build/first-load.ts";
import { hosted } from "./build/hosted.ts";

const beside = (path: string): string => resolve(import.meta.dirname, path);
const PUBLIC = beside("../public");

/** Beside the built files stand pages that other tools make, so only what a build made before is removed. */
const withoutOldAssets: Plugin = {
  name: "without-old-assets",
  apply: "build",
  buildStart: () => rmSync(resolve(PUBLIC, "assets"), { recursive: true, force: true }),
};

/** A part that moved inside its package would come back unnoticed, with all its weight. */
const withoutUnused: Plugin = {
  name: "without-unused",
  apply: "build",
  generateBundle() {
    const unused = /@supabase\/(realtime|storage|functions)-js|auth-js\/.*\/(webauthn|ethereum)\b/;
    const back = [...this.getModuleIds()].filter((id) => unused.test(id));
    if (back.length > 0) throw new Error(`These should have been left out: ${back.join(", ")}`);
  },
};

export default defineConfig(({ mode }) => ({
  publicDir: false,
  resolve: {
    alias: [
      { find: /^@supabase\/(realtime|storage|functions)-js$/, replacement: beside("build/without.ts") },
      { find: /^\.\/lib\/webauthn$/, replacement: beside("build/without-passkeys.ts") },
      { find: /^\.\/lib\/web3\/ethereum$/, replacement: beside("build/without-wallets.ts") },
    ],
  },
  plugins: [
    withoutOldAssets,
    withoutUnused,
    preloaded("supabase"),
    runFirst("ahead"),
    ...(mode === "hosted" ? [hosted(process.env)] : []),
  ],
  build: {
    outDir: PUBLIC,
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    /* Under our policy a picture in a data: address is fine, but a file is cached on its own. */
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        /* What every screen stands on: in few files, as small ones are mostly headers, but not in one, which comes late. */
        codeSplitting: {
          groups: [
            {
              name: "ahead",
              test: /src\/(ahead|screens|storage|paths)\.ts|src\/i18n\/en\/areas\.ts|vite\/preload-helper/,
            },
            { name: "supabase", test: /node_modules\/@supabase/ },
            { name: "library", test: /node_modules\/(@?preact|@tanstack)/ },
            { name: "shell", test: /src\/(api|data|i18n|shell|styles|ui)\/(?!en\/later)|sign-in\.css/ },
          ],
        },
      },
    },
  },
}));
