import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import * as der from "./der.ts";

/** PEM texts: the authority to trust, and the server's own certificate with its key. */
export interface ServerCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * A throw-away authority and a certificate of its for `localhost`, 127.0.0.1 and ::1, good for 30 days. The
 * authority's private key is forgotten on return, so nothing else can ever be signed by it.
 */
export function makeServerCertificate(nowMs: number): ServerCertificate {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const validity = { fromMs: nowMs - 60 * 60_000, untilMs: nowMs + 30 * 24 * 60 * 60_000 };
  const issuer = { name: "Countersign demo authority", key: authority.privateKey };
  const ca = certificate(issuer, issuer.name, authority.publicKey, validity, authorityExtensions(authority.publicKey));
  const cert = certificate(
    issuer,
    "localhost",
    server.publicKey,
    validity,
    serverExtensions(server.publicKey, authority.publicKey),
  );
  return { ca, cert, key: server.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}

const oid = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

/** A version 3 certificate (RFC 5280, section 4.1) as PEM. */
function certificate(
  issuer: { readonly name: string; readonly key: KeyObject },
  subject: string,
  publicKey: KeyObject,
  validity: { readonly fromMs: number; readonly untilMs: number },
  extensions: readonly Buffer[],
): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const toBeSigned = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    algorithm,
    distinguishedName(issuer.name),
    der.sequence(der.utcTime(validity.fromMs), der.utcTime(validity.untilMs)),
    distinguishedName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der.tagged(3, der.sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, issuer.key);
  return pem(der.sequence(toBeSigned, algorithm, der.bitString(signature)));
}

function authorityExtensions(publicKey: KeyObject): Buffer[] {
  return [
    extension(oid.basicConstraints, der.sequence(der.boolean(true), der.integer(Buffer.from([0]))), true),
    // keyCertSign and cRLSign: bits 5 and 6.
    extension(oid.keyUsage, der.bitString(Buffer.from([0b0000_0110]), 1), true),
    extension(oid.subjectKeyId, der.octetString(keyId(publicKey))),
  ];
}

function serverExtensions(publicKey: KeyObject, authorityKey: KeyObject): Buffer[] {
  const names = der.sequence(
    der.implicit(2, Buffer.from("localhost", "ascii")),
    der.implicit(7, Buffer.from([127, 0, 0, 1])),
    der.implicit(7, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
  );
  return [
    extension(oid.basicConstraints, der.sequence(), true),
    // digitalSignature: bit 0.
    extension(oid.keyUsage, der.bitString(Buffer.from([0b1000_0000]), 7), true),
    extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, names),
    extension(oid.subjectKeyId, der.octetString(keyId(publicKey))),
    extension(oid.authorityKeyId, der.sequence(der.implicit(0, keyId(authorityKey)))),
  ];
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(id), ...flag, der.octetString(value));
}

function distinguishedName(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.objectIdentifier(oid.commonName), der.utf8String(commonName))));
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest()
    .subarray(0, 20);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
