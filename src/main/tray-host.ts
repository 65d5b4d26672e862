import { connect } from "node:net";

/** Whether this desktop shows trays. On Linux only where a StatusNotifier watcher is on the session bus; what cannot be found out counts as no. */
export async function hasTrayHost(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (platform !== "linux") return true;
  try {
    const path = socketPath(env["DBUS_SESSION_BUS_ADDRESS"] ?? "");
    return path === null ? false : await nameHasOwner(path, "org.kde.StatusNotifierWatcher");
  } catch {
    // An address that is none.
    return false;
  }
}

/** The first Unix socket of a D-Bus address list (D-Bus Specification, "Server Addresses"). */
function socketPath(addresses: string): string | null {
  for (const address of addresses.split(";")) {
    const path = /^unix:(?:.*,)?path=([^,]+)/.exec(address)?.[1];
    if (path !== undefined) return decodeURIComponent(path);
    const abstract = /^unix:(?:.*,)?abstract=([^,]+)/.exec(address)?.[1];
    if (abstract !== undefined) return `\0${decodeURIComponent(abstract)}`;
  }
  return null;
}

const answerWithinMs = 1000;
/** `Hello` has serial 1, the question 2. */
const askedSerial = 2;

/** Asks a message bus whether anybody holds a name. */
function nameHasOwner(path: string, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (held: boolean): void => {
      socket.destroy();
      resolve(held);
    };
    socket.setTimeout(answerWithinMs, () => settle(false));
    socket.on("error", () => settle(false));
    socket.on("close", () => settle(false));
    let received: Buffer = Buffer.alloc(0);
    let isIn = false;
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!isIn) {
        const end = received.indexOf("\r\n");
        if (end < 0) return;
        if (!received.subarray(0, end).toString("latin1").startsWith("OK ")) return settle(false);
        isIn = true;
        received = received.subarray(end + 2);
        socket.write(
          Buffer.concat([Buffer.from("BEGIN\r\n"), call(1, "Hello"), call(askedSerial, "NameHasOwner", name)]),
        );
      }
      const answer = answerTo(received);
      if (answer !== null) settle(answer);
    });
    const user = Buffer.from(String(process.getuid?.() ?? 0)).toString("hex");
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
  });
}

/** A method call on the bus itself: header (D-Bus Specification, "Message Format"), then at most one string. */
function call(serial: number, member: string, argument?: string): Buffer {
  const bus = "org.freedesktop.DBus";
  const body = argument === undefined ? Buffer.alloc(0) : text(argument);
  const fields = [
    field(1, "o", text("/org/freedesktop/DBus")),
    field(2, "s", text(bus)),
    field(3, "s", text(member)),
    field(6, "s", text(bus)),
    ...(argument === undefined ? [] : [field(8, "g", Buffer.from("\x01s\0"))]),
  ];
  const packed = fields.reduce((all, next) => Buffer.concat([padded(all), next]), Buffer.alloc(0));
  const head = Buffer.alloc(16);
  head.write("l\x01\0\x01", "latin1");
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(packed.length, 12);
  return Buffer.concat([padded(Buffer.concat([head, packed])), body]);
}

function field(code: number, type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(`${value}\0`)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}

/** The boolean in the reply to our question, once it has arrived whole; signals and other replies are passed over. */
function answerTo(received: Buffer): boolean | null {
  for (let at = 0; at + 16 <= received.length;) {
    const bodyLength = received.readUInt32LE(at + 4);
    const fieldsEnd = at + 16 + received.readUInt32LE(at + 12);
    const body = fieldsEnd + ((8 - ((fieldsEnd - at) % 8)) % 8);
    if (body + bodyLength > received.length) return null;
    const type = received[at + 1];
    // The bus answers in order: `Hello`, then ours; each reply names its call in a field (5, "u").
    if (type === 2 || type === 3) {
      const named = received.subarray(at + 16, fieldsEnd).indexOf(Buffer.from([5, 1, 0x75, 0, askedSerial, 0, 0, 0]));
      if (named >= 0) return type === 2 && bodyLength === 4 && received.readUInt32LE(body) === 1;
    }
    at = body + bodyLength;
  }
  return null;
}
