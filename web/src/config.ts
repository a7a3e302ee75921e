/** What only the deployment knows. Served beside the page, so that one build runs everywhere. */
export type Config = Readonly<{ supabaseUrl: string; publishableKey: string; mediaUrl: string }>;

let loaded: Config | undefined;

/** Throws when the deployment is not set up. */
export async function loadConfig(): Promise<Config> {
  /* Asked for as index.html preloads it, or it would be loaded twice. */
  const answer = await fetch("/config.json", { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  const given: unknown = await answer.json();
  loaded = {
    supabaseUrl: text(given, "supabase_url"),
    publishableKey: text(given, "supabase_publishable_key"),
    mediaUrl: text(given, "media_url"),
  };
  return loaded;
}

/** Opens the connections that whoever has a session is about to need. */
export function connectAhead({ supabaseUrl, mediaUrl }: Config): void {
  for (const [href, crossOrigin] of [
    [supabaseUrl, "anonymous"],
    [mediaUrl, null],
  ] as const) {
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "preconnect", href, crossOrigin }),
    );
  }
}

/** Throws before `loadConfig` has ended, which main.tsx waits for. */
export function config(): Config {
  if (!loaded) throw new Error("config.json was not loaded yet");
  return loaded;
}

function text(given: unknown, name: string): string {
  const value = typeof given === "object" && given !== null ? Reflect.get(given, name) : undefined;
  if (typeof value !== "string" || value === "") throw new Error(`config.json: ${name} is missing`);
  return value;
}
