/*
 * Serves a Supabase project from @supabase/lite: Auth and the Data API over PGlite or a real server.
 *
 * `lite start` is not used because its connection grants ALL on every table to anon, authenticated and
 * service_role at the first request, which would make the grants in supabase/migrations meaningless here.
 */
import { timingSafeEqual } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { authLinks } from "./auth_links.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string" },
    database: { type: "string" },
    migrations: { type: "string" },
    "site-url": { type: "string", default: "http://localhost:3000" },
    pool: { type: "string", default: "16" },
  },
});
const keys = {
  publishable: process.env.SUPABASE_PUBLISHABLE_KEY,
  secret: process.env.SUPABASE_SECRET_KEY,
  jwt: process.env.SUPABASE_JWT_SECRET,
};
const here = (name) => readFile(new URL(name, import.meta.url), "utf8");

/* Both drivers behind the same calls: `run` takes many statements, `together` makes one transaction of several. */
async function openPglite(folder) {
  const { createPgliteConnection } = await import("@supabase/lite/pglite");
  await mkdir(folder, { recursive: true });
  const connection = await createPgliteConnection({ url: folder });
  const { driver } = connection;
  return {
    connection,
    run: (sql) => driver.exec(sql),
    query: async (sql, values) => (await driver.query(sql, values)).rows,
    together: (work) =>
      driver.transaction((transaction) =>
        work({ run: (sql) => transaction.exec(sql), query: (sql, values) => transaction.query(sql, values) }),
      ),
  };
}

const asJson = (value) => (typeof value === "string" ? value : JSON.stringify(value));

async function openPostgres(url) {
  const { createPostgresConnection } = await import("@supabase/lite/postgres");
  /* Lite hands arguments of type jsonb over as JSON text; left to itself the driver would encode that once more. */
  const jsonb = { to: 3802, from: [3802], serialize: asJson, parse: JSON.parse };
  const postgresOptions = { max: Number(options.pool), onnotice: () => {}, types: { jsonb } };
  const connection = createPostgresConnection({ url, postgresOptions });
  const { driver } = connection;
  return {
    connection,
    run: (sql) => driver.unsafe(sql),
    query: (sql, values) => driver.unsafe(sql, values),
    together: (work) =>
      driver.begin((transaction) =>
        work({ run: (sql) => transaction.unsafe(sql), query: (sql, values) => transaction.unsafe(sql, values) }),
      ),
  };
}

async function migrate(database, folder) {
  const applied = await database.query("select version from supabase_migrations.schema_migrations", []);
  const known = new Set(applied.map((row) => row.version));
  const files = (await readdir(folder)).filter((name) => /^\d+_.*\.sql$/.test(name)).sort();
  for (const file of files) {
    const [, version, name] = /^(\d+)_(.*)\.sql$/.exec(file);
    if (known.has(version)) continue;
    const sql = await readFile(`${folder}/${file}`, "utf8");
    const record = "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)";
    const apply = async (transaction) => {
      await transaction.run(`set local role postgres;\n${sql}`);
      await transaction.run("reset role");
      await transaction.query(record, [version, name, [sql]]);
    };
    await database.together(apply).catch((error) => {
      throw new Error(`${file}: ${error.message}${at(sql, error.position)}`);
    });
  }
}

function at(sql, position) {
  return position ? ` (line ${sql.slice(0, Number(position)).split("\n").length - 1})` : "";
}

function isSecretKey(request) {
  const given = Buffer.from(request.headers.get("apikey") ?? "");
  const wanted = Buffer.from(keys.secret);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/*
 * The one call of the Auth admin API that the product makes and Lite does not have. As strict as the hosted one: a
 * secret key in `apikey` and from no browser, a UUID, a JSON body; and like the hosted one it writes whom it deleted
 * into Auth's own log, with the address.
 */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const refusal = (status, code, msg) => Response.json({ code: status, error_code: code, msg }, { status });

async function deleteUser(database, request, id) {
  if (/mozilla/i.test(request.headers.get("user-agent") ?? ""))
    return refusal(401, "no_authorization", "No secret key from a browser");
  if (!isSecretKey(request)) return refusal(403, "not_admin", "User not allowed");
  if (!UUID.test(id)) return refusal(404, "validation_failed", "user_id must be an UUID");
  let wishes;
  try {
    wishes = JSON.parse((await request.text()) || "{}");
  } catch {
    return refusal(400, "bad_json", "Could not parse request body as JSON");
  }
  if (wishes.should_soft_delete) return refusal(501, "not_here", "Nothing of ours deletes softly");
  const deleted = await database.query("delete from auth.users where id = $1 returning email", [id]);
  if (!deleted.length) return refusal(404, "user_not_found", "User not found");
  const traits = { user_id: id, user_email: deleted[0].email ?? "", user_phone: "" };
  const payload = { action: "user_deleted", actor_id: "00000000-0000-0000-0000-000000000000", traits };
  await database.query("insert into auth.audit_log_entries (id, payload) values (gen_random_uuid(), $1)", [payload]);
  return Response.json({});
}

/*
 * Like hosted Supabase, for a page of any origin: its keys and its users' tokens decide, not where a page came from.
 * Lite does so for its Data API only, and leaves Auth to pages of its own origin.
 */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "content-range, x-supabase-api-version",
};

function preflight(request) {
  const headers = {
    ...CORS,
    "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE, HEAD",
    "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
    "access-control-max-age": "3600",
  };
  return new Response(null, { status: 204, headers });
}

function forAnyPage(answer) {
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  headers.delete("access-control-allow-credentials");
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

const isPreflight = (request) => request.method === "OPTIONS" && request.headers.has("access-control-request-method");

async function main() {
  const isServer = /^postgres(ql)?:/.test(options.database);
  const database = await (isServer ? openPostgres : openPglite)(options.database);
  const { connection } = database;
  connection.rlsState = "active";
  const app = new App({
    connection,
    api: { enabled: true, schemas: ["public"], max_rows: 1000 },
    auth: {
      enabled: true,
      site_url: options["site-url"],
      jwt_secret: keys.jwt,
      publishable_key: keys.publishable,
      secret_key: keys.secret,
      email: { enable_signup: true, enable_confirmations: false },
    },
    storage: { enabled: false },
    options: { server: { admin: false } },
  });
  await database.run(await here("roles.sql"));
  await app.ensureSystemSchema();
  await database.run(await here("auth_grants.sql"));
  await migrate(database, options.migrations);

  const base = `http://127.0.0.1:${options.port}`;
  const links = authLinks({ app, database, siteUrl: options["site-url"], base });
  const fetch = async (request, env) => {
    if (isPreflight(request)) return preflight(request);
    const byLink = await links(request);
    if (byLink) return byLink;
    const admin = /^\/auth\/v1\/admin\/users\/([^/]+)$/.exec(new URL(request.url).pathname);
    if (admin && request.method === "DELETE") return deleteUser(database, request, admin[1]);
    return forAnyPage(await app.fetch(request, { peerAddress: env.incoming.socket.remoteAddress ?? null }));
  };
  const server = serve({ fetch, hostname: "127.0.0.1", port: Number(options.port) }, () => console.log("ready"));
  const stop = () => {
    server.close();
    server.closeAllConnections();
    connection.close().finally(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
