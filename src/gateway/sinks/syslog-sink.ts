import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import type { Sink, SinkEvent } from "./sink.ts";

interface Syslog {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string | undefined;
  /** The gateway's host name, as the messages say it. */
  readonly hostname: string;
}

const timeoutMs = 20_000;
/** The protocol has no word of thanks: what a connection has taken counts as delivered once it has stood for so long after. */
const settleMs = 200;

/** Sends an event a message (RFC 5424), counted (RFC 5425, section 4.3), over TLS. */
export function syslogSink({ host, port, ca, hostname }: Syslog): Sink {
  let open: TLSSocket | null = null;
  const connected = async (signal: AbortSignal): Promise<TLSSocket> => {
    if (open !== null && !open.destroyed && open.writable) return open;
    const socket = connect({ host, port, ...(ca === undefined ? {} : { ca }) });
    // What goes wrong between two deliveries is seen by the next one.
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.resume();
    await once(socket, "secureConnect", { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) }).catch(
      (error: unknown) => {
        socket.destroy();
        throw error;
      },
    );
    open = socket;
    return socket;
  };
  return {
    async deliver(events, signal) {
      const socket = await connected(signal);
      const text = Buffer.concat(events.map((event) => counted(messageOf(event, hostname))));
      await written(socket, text, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      await delay(settleMs, undefined, { signal });
      if (socket.destroyed) throw new Error("the connection ended");
      return null;
    },
    close() {
      open?.destroy();
      return Promise.resolve();
    },
  };
}

function written(socket: TLSSocket, text: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new Error("the connection took nothing more"));
    signal.addEventListener("abort", give, { once: true });
    socket.write(text, (error) => {
      signal.removeEventListener("abort", give);
      if (error) reject(error);
      else resolve();
    });
  });
}

function counted(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/** RFC 5424, section 6: facility 13 (log audit), the entry's kind as MSGID, no structured data, and the event as JSON in UTF-8. */
function messageOf({ atMs, kind, severity, event }: SinkEvent, hostname: string): Buffer {
  const priority = 13 * 8 + (severities[severity] ?? 6);
  const time = new Date(atMs).toISOString();
  const head = `<${priority}>1 ${time} ${printable(hostname, 255)} countersign ${process.pid} ${printable(kind, 32)} - `;
  return Buffer.concat([Buffer.from(head), byteOrderMark, Buffer.from(JSON.stringify(event))]);
}

/** Syslog's severities by OCSF's: informational, notice, warning, error. */
const severities: Readonly<Record<number, number>> = { 1: 6, 2: 5, 3: 4, 4: 3 };
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/** PRINTUSASCII, or the nil value. */
function printable(text: string, most: number): string {
  const shown = text.replaceAll(/[^\x21-\x7e]/g, "").slice(0, most);
  return shown === "" ? "-" : shown;
}
