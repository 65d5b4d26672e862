import type { Exchange } from "./context.ts";
import { recordCall } from "./record-call.ts";
import { newCallId, requestEntry, type Judged, type Request } from "./record.ts";
import { errorMessage, type RpcFailure } from "./rpc-failure.ts";

/** How a refusal goes out where it is more than a JSON-RPC error: its HTTP status and headers. */
export interface Manner {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Records the refusal, then answers it. Nothing is forwarded. */
export async function refuse(
  exchange: Exchange,
  request: Request,
  name: string | null,
  judged: Judged | null,
  said: RpcFailure,
  { status, headers }: Manner = { status: 200 },
): Promise<void> {
  // It quotes names and addresses of the caller's.
  const failure = { ...said, message: exchange.connection.masker.mask(said.message).value };
  const entry = requestEntry(exchange, request, newCallId(), name, judged);
  await recordCall(exchange, "call.refused", { ...entry, code: failure.code, message: failure.message }, judged);
  exchange.reply.end({ message: errorMessage(request.id, failure) }, status, headers);
}
