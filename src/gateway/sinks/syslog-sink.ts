import { once } from "node:events";
import { isIP } from "node:net";
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
  /** How long it may be silent, in milliseconds. */
  readonly silenceMs: number;
}

/** The protocol has no word of thanks: what a connection has taken counts as delivered once it has stood for so long after, */
const settleMs = 200;
/** and comes again where the connection ends within so long: its receiver may have ended before it read it. */
const doubtMs = 5000;

/** Sends an event a message (RFC 5424), counted (RFC 5425, section 4.3), over TLS. */
export function syslogSink({ host, port, ca, hostname, silenceMs }: Syslog): Sink {
  let open: TLSSocket | null = null;
  /** What the open connection took last: its first entries, and when. */
  let taken: { readonly seq: number; readonly atMs: number }[] = [];
  let lost: number | null = null;
  const connected = async (signal: AbortSignal): Promise<TLSSocket> => {
    if (open !== null && !open.destroyed && open.writable) return open;
    // A receiver may stand behind one address with others; an IP address is no server's name (RFC 6066, section 3).
    const servername = isIP(host) === 0 ? host : "";
    const socket = connect({ host, port, servername, ...(ca === undefined ? {} : { ca }) });
    // What goes wrong between two deliveries is seen by the next one.
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.once("close", () => {
      lost ??= taken.find(({ atMs }) => performance.now() - atMs < doubtMs)?.seq ?? null;
      taken = [];
    });
    socket.resume();
    await once(socket, "secureConnect", { signal: AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]) }).catch(
      (error: unknown) => {
        socket.destroy();
        throw error;
      },
    );
    open = socket;
    return socket;
  };
  return {
    textOf: (event) => counted(messageOf(event, hostname)),
    async deliver(events, signal) {
      const socket = await connected(signal);
      const text = events.map((event) => event.text).join("");
      try {
        await written(socket, text, AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]));
        await delay(settleMs, undefined, { signal });
      } catch (error) {
        // Half of it may be on its way: nothing more goes after that.
        socket.destroy();
        throw error;
      }
      if (socket.destroyed) throw new Error("the connection ended");
      const atMs = performance.now();
      taken = taken.filter((each) => atMs - each.atMs < doubtMs);
      taken.push({ seq: events[0]?.seq ?? 0, atMs });
      return null;
    },
    again() {
      const from = lost;
      lost = null;
      return from;
    },
    async close() {
      if (open === null || open.destroyed) return;
      // The receiver is told that this is the end (RFC 5425, section 4.4), and not waited for beyond a moment.
      open.end();
      await once(open, "close", { signal: AbortSignal.timeout(settleMs) }).catch(() => open?.destroy());
    },
  };
}

function written(socket: TLSSocket, text: string, signal: AbortSignal): Promise<void> {
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

function counted(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** RFC 5424, section 6: facility 13 (log audit), the entry's kind as MSGID, no structured data, and the event as JSON in UTF-8. */
function messageOf({ atMs, kind, severity, event }: SinkEvent, hostname: string): string {
  const priority = 13 * 8 + (severities[severity] ?? 6);
  const time = new Date(atMs).toISOString();
  const head = `<${priority}>1 ${time} ${printable(hostname, 255)} countersign ${process.pid} ${printable(kind, 32)} - `;
  return `${head}${byteOrderMark}${JSON.stringify(event)}`;
}

/** Syslog's severities by OCSF's: informational, notice, warning, error. */
const severities: Readonly<Record<number, number>> = { 1: 6, 2: 5, 3: 4, 4: 3 };
const byteOrderMark = "\uFEFF";

/** PRINTUSASCII, or the nil value. */
function printable(text: string, most: number): string {
  const shown = text.replaceAll(/[^\x21-\x7e]/g, "").slice(0, most);
  return shown === "" ? "-" : shown;
}
