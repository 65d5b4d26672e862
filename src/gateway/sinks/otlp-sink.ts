import { z } from "zod";
import { httpDelivery, type HttpReceiver } from "./http-delivery.ts";
import { logsRequest, recordText } from "./otlp-logs.ts";
import type { Rejected, Sink } from "./sink.ts";

interface Otlp extends HttpReceiver {
  /** The ledger's origin. */
  readonly origin: string;
}

/** ExportLogsServiceResponse; an int64 is a string or a number in OTLP's JSON. */
const exported = z.object({
  partialSuccess: z
    .object({ rejectedLogRecords: z.coerce.number().default(0), errorMessage: z.string().default("") })
    .optional(),
});

/**
 * Sends events as OpenTelemetry log records over OTLP/HTTP in JSON (opentelemetry.io/docs/specs/otlp). Unlike what the specification asks of
 * exporters that may lose records, no status drops any: one that it does not let be repeated at once is repeated after a pause as well.
 */
export function otlpSink({ origin, ...receiver }: Otlp): Sink {
  const delivery = httpDelivery(receiver);
  return {
    textOf: recordText,
    async deliver(events, signal) {
      const records = events.map(({ text }) => text);
      const answer = await delivery.post(logsRequest(records, origin), {}, signal);
      return answer.json ? rejectedIn(answer.text) : null;
    },
    close: () => delivery.close(),
  };
}

/** A partial success must not be repeated ("OTLP/HTTP Response", "Partial Success"): the receiver would reject the same records again. */
function rejectedIn(text: string): Rejected | null {
  const said = exported.safeParse(parsed(text)).data?.partialSuccess;
  if (said === undefined || !(said.rejectedLogRecords > 0)) return null;
  return { count: said.rejectedLogRecords, why: said.errorMessage.slice(0, 500) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
