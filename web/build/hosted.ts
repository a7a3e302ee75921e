import type { Plugin } from "vite";

const NEEDED = ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "R2_PUBLIC_URL", "R2_ENDPOINT"] as const;
type Environment = Record<string, string | undefined>;

/**
 * What only a deployment knows: where its Supabase project and its media are. The policy in vercel.json has to allow
 * any https host, because it cannot read a variable; this one, in the page itself, names the very hosts.
 *
 * Throws when a variable is missing: a page that cannot sign anybody in should not be deployed.
 */
export function hosted(env: Environment): Plugin {
  const missing = NEEDED.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The build needs ${missing.join(", ")} (see .env.example)`);
  const [supabase, key, media, storage] = NEEDED.map((name) => env[name] as string) as [
    string,
    string,
    string,
    string,
  ];
  const config = { supabase_url: supabase, supabase_publishable_key: key, media_url: media };
  return {
    name: "hosted",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "config.json", source: `${JSON.stringify(config)}\n` });
    },
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: policy(supabase, media, storage) },
        injectTo: "head-prepend",
      },
    ],
  };
}

export function policy(...addresses: [supabase: string, media: string, storage: string]): string {
  const [supabase, media, storage] = addresses.map((address) => new URL(address).origin);
  return [
    `connect-src 'self' ${supabase} ${storage}`,
    `img-src 'self' blob: data: ${media}`,
    `media-src 'self' blob: ${media}`,
  ].join("; ");
}
