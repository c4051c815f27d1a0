/** Issues the CA and the certificate of https://localhost, according to RFC 5280. */
import { createHash, generateKeyPair, randomBytes, sign, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";

/** The common name of the CA: Windows shows it when it asks the user for trust, and in its list of trusted authorities. */
export const CA_NAME = "Outlook Offline State CA (localhost only)";

const HOST = "localhost";
const ADDRESSES = ["127.0.0.1", "::1"];
/** RFC 5280 requires a positive number of at most 20 bytes. */
const SERIAL_BYTES = 16;
const COMMON_NAME = "2.5.4.3";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";

export interface Issued {
  /** PEM. */
  readonly ca: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

interface Template {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKey: KeyObject;
  readonly issuerKey: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly validity: Validity;
  readonly extensions: readonly Extension[];
}

/**
 * Creates a CA that is restricted to localhost, and a certificate for localhost that it has signed. Both are valid from `validFrom`
 * to `validUntil` (Unix milliseconds). The CA's private key is not returned, so that nothing else can ever be signed with it.
 */
export async function issue(validFrom: number, validUntil: number): Promise<Issued> {
  const [authority, server] = await Promise.all([generateKeys(), generateKeys()]);
  const validity = new Validity({ notBefore: new Date(validFrom), notAfter: new Date(validUntil) });
  const common = { issuer: CA_NAME, issuerKey: authority, validity };
  const ca = certificateOf({
    ...common,
    subject: CA_NAME,
    subjectKey: authority.publicKey,
    extensions: [
      extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
      extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
      extension(id_ce_nameConstraints, true, localhostOnly()),
      // Windows and Chromium apply this to a CA: it cannot sign certificates for programs or mail.
      extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
    ],
  });
  const certificate = certificateOf({
    ...common,
    subject: HOST,
    subjectKey: server.publicKey,
    extensions: [
      extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
      extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
      extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names(""))),
    ],
  });
  return { ca, certificate, key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

function generateKeys(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
}

/** RFC 5280, 4.2.1.10: addresses have a mask in a constraint, but not in a certificate. */
function names(suffixOfV4: string, suffixOfV6 = suffixOfV4): GeneralName[] {
  return [
    new GeneralName({ dNSName: HOST }),
    ...ADDRESSES.map(
      (address) => new GeneralName({ iPAddress: address + (address.includes(":") ? suffixOfV6 : suffixOfV4) }),
    ),
  ];
}

function localhostOnly(): NameConstraints {
  const permitted = names("/32", "/128").map((base) => new GeneralSubtree({ base }));
  return new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
}

function certificateOf({ subject, issuer, subjectKey, issuerKey, validity, extensions }: Template): string {
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: signatureAlgorithm,
    issuer: nameOf(issuer),
    validity,
    subject: nameOf(subject),
    subjectPublicKeyInfo: publicKeyOf(subjectKey),
    extensions: new Extensions([
      ...extensions,
      extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(subjectKey))),
      extension(
        id_ce_authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(issuerKey.publicKey)) }),
      ),
    ]),
  });
  const signatureValue = toArrayBuffer(
    sign("sha256", Buffer.from(AsnConvert.serialize(tbsCertificate)), issuerKey.privateKey),
  );
  const der = AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }));
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function serialNumber(): ArrayBuffer {
  const serial = randomBytes(SERIAL_BYTES);
  // Positive, and without leading zeros, which DER forbids.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return toArrayBuffer(serial);
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function publicKeyOf(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo);
}

/** Method 1 of RFC 5280, 4.2.1.2. SHA-1 only identifies the key here; it is not a security feature. */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  return toArrayBuffer(
    createHash("sha1")
      .update(Buffer.from(publicKeyOf(key).subjectPublicKey))
      .digest(),
  );
}

function extension(extnID: string, critical: boolean, value: unknown): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
