import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** A certificate with its key, as PEM texts. */
export interface Identity {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  readonly name: string;
  /** Who signs it. @default itself */
  readonly issuer?: Identity;
  readonly isAuthority?: boolean;
  /** Host names that it is for. */
  readonly hosts?: readonly string[];
  /** IPv4 addresses that it is for. */
  readonly addresses?: readonly string[];
  /** @default from yesterday to tomorrow */
  readonly validity?: readonly [from: Date, to: Date];
}

const DAY_MS = 86_400_000;

/** Makes a certificate (X.509 version 3, RFC 5280), so that tests need no openssl. */
export function certificate(options: CertificateOptions): Identity {
  const { name, isAuthority = false } = options;
  const now = Date.now();
  const [from, to] = options.validity ?? [new Date(now - DAY_MS), new Date(now + DAY_MS)];
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = options.issuer?.privateKey ?? privateKey;
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    distinguishedName(options.issuer?.name ?? name),
    sequence(utcTime(from), utcTime(to)),
    distinguishedName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions(isAuthority, subjectNames(options)))),
  );
  const signature = sign("sha256", body, signer);
  const whole = sequence(body, ECDSA_WITH_SHA256, bitString(signature));
  const base64 = whole.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return {
    name,
    privateKey,
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function subjectNames({ hosts = [], addresses = [] }: CertificateOptions): readonly Buffer[] {
  return [
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number)))),
  ];
}

function extensions(isAuthority: boolean, subject: readonly Buffer[]): readonly Buffer[] {
  const constraints = sequence(...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : []));
  return [
    sequence(objectId("551d13"), octetString(constraints)),
    ...(subject.length === 0 ? [] : [sequence(objectId("551d11"), octetString(sequence(...subject)))]),
  ];
}

function distinguishedName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(name)))));
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"));

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function octetString(content: Buffer): Buffer {
  return der(0x04, content);
}

function bitString(content: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), content]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** A value with its tag and length (X.690). */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
