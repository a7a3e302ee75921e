import type { IndexHtmlTransformContext, Plugin } from "vite";

type Bundle = NonNullable<IndexHtmlTransformContext["bundle"]>;

/**
 * Begins to load a file that is imported later, with the page itself. Whoever is signed in waits for it before anything
 * can be read; whoever is not has it by the time they sign in.
 */
export function preloaded(name: string): Plugin {
  return {
    name: "preloaded",
    apply: "build",
    transformIndexHtml: (_, { bundle = {} }) => [
      { tag: "link", attrs: { rel: "modulepreload", ...named(bundle, name) }, injectTo: "head" as const },
    ],
  };
}

/** Runs a file of the page as soon as it has come, without waiting for the others. */
export function runFirst(name: string): Plugin {
  return {
    name: "run-first",
    apply: "build",
    transformIndexHtml: (_, { bundle = {} }) => {
      const { crossorigin, href } = named(bundle, name);
      const attrs = { type: "module", async: true, crossorigin, src: href };
      return [{ tag: "script", attrs, injectTo: "head-prepend" as const }];
    },
  };
}

function named(bundle: Bundle, name: string): { crossorigin: true; href: string } {
  const files = Object.values(bundle).filter((file) => file.name === name && file.type === "chunk");
  const [file] = files;
  if (!file || files.length !== 1)
    throw new Error(`There is not one file called ${name}, but ${files.length}`);
  return { crossorigin: true, href: `/${file.fileName}` };
}
