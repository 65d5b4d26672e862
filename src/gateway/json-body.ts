import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";
import { readBody } from "./body.ts";

const bodyLimit = 65_536;

/** The JSON body of a request to `/v1/…`, parsed. Throws CountersignError `too_large` or `bad_request`. */
export async function bodyOf<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const text = await readBody(request, bodyLimit);
  if (text === null) throw new CountersignError("too_large", `The body is larger than ${bodyLimit} bytes.`);
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new CountersignError(
      "bad_request",
      `The body is not what is asked for: ${z.prettifyError(parsed.error).slice(0, 300)}`,
    );
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CountersignError("bad_request", "The body is not JSON.", { cause });
  }
}
