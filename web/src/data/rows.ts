import type { PostgrestError } from "@supabase/supabase-js";
import { Problem } from "../api/problem";

type Result<Data> = { data: Data; error: PostgrestError | null; status: number };

/**
 * What the Data API answered, read under Row Level Security. Throws Problem: the database refuses with the same codes as
 * the functions, as message of an error whose own code is PT and a status.
 */
export async function rows<Data>(query: PromiseLike<Result<Data>>): Promise<NonNullable<Data>> {
  const { data, error, status } = await reached(query);
  if (error) throw refusal(error, status);
  if (data === null || data === undefined) throw new Problem({ code: "not_found", status: 404 });
  return data;
}

/** For a change that answers nothing. */
export async function done(query: PromiseLike<Result<unknown>>): Promise<void> {
  const { error, status } = await reached(query);
  if (error) throw refusal(error, status);
}

async function reached<Data>(query: PromiseLike<Result<Data>>): Promise<Result<Data>> {
  try {
    return await query;
  } catch {
    throw new Problem({ code: navigator.onLine ? "unreachable" : "offline" });
  }
}

function refusal(error: PostgrestError, status: number): Problem {
  if (error.code?.startsWith("PT"))
    return new Problem({ code: error.message, status, retryAfter: seconds(error) });
  if (error.code === "42501" || error.code?.startsWith("PGRST30"))
    return new Problem({ code: "not_allowed", status });
  if (error.code === "PGRST116") return new Problem({ code: "not_found", status: 404 });
  if (error.code?.startsWith("23") || error.code?.startsWith("22"))
    return new Problem({ code: "value_not_storable", status: 422 });
  return new Problem({ code: navigator.onLine ? "unreachable" : "offline", status });
}

function seconds(error: PostgrestError): number | undefined {
  return /^[0-9]{1,6}$/.test(error.details ?? "") ? Number(error.details) : undefined;
}
