import type { Plugin } from "vite";

/**
 * Begins to load a file that is imported later, with the page itself. Whoever is signed in waits for it before anything
 * can be read; whoever is not has it by the time they sign in.
 */
export function preloaded(name: string): Plugin {
  return {
    name: "preloaded",
    apply: "build",
    transformIndexHtml: (_, { bundle = {} }) => {
      const files = Object.values(bundle).filter((file) => file.name === name && file.type === "chunk");
      if (files.length !== 1) throw new Error(`There is not one file called ${name}, but ${files.length}`);
      return files.map(({ fileName }) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, href: `/${fileName}` },
        injectTo: "head" as const,
      }));
    },
  };
}
