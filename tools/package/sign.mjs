// @ts-check
// Signs binaries with osslsigncode, if a certificate is given.
import { existsSync, renameSync } from "node:fs";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";
import { step } from "../lib/progress.mjs";

const NAME = "Outlook Offline State";

/** @typedef {{ certificate: string, passwordFile: string, timestamp: string | undefined }} Signing */

/**
 * @param {{ sign?: string, "password-file"?: string, timestamp?: string }} options
 * @returns {Signing | undefined} undefined without --sign
 */
export function signingOf({ sign, "password-file": passwordFile, timestamp }) {
  if (sign === undefined) {
    if (passwordFile !== undefined || timestamp !== undefined)
      throw new UserError("--password-file and --timestamp need --sign.");
    return undefined;
  }
  if (passwordFile === undefined)
    throw new UserError(
      "--sign needs --password-file: other users of this machine could read a password on the command line.",
    );
  for (const file of [sign, passwordFile]) if (!existsSync(file)) throw new UserError(`${file} does not exist.`);
  return { certificate: sign, passwordFile, timestamp };
}

/**
 * Signs each file in place.
 * @param {Signing | undefined} signing
 * @param {readonly string[]} files
 */
export async function signAll(signing, files) {
  if (signing === undefined) return;
  const { certificate, passwordFile, timestamp } = signing;
  await step("sign", `${files.length} files`, async () => {
    for (const file of files) {
      const signed = `${file}.signed`;
      const time = timestamp === undefined ? [] : ["-ts", timestamp];
      const args = [
        "sign",
        "-pkcs12",
        certificate,
        "-readpass",
        passwordFile,
        "-h",
        "sha256",
        "-n",
        NAME,
        ...time,
        "-in",
        file,
        "-out",
        signed,
      ];
      const { code, output } = await run("osslsigncode", args);
      if (code !== 0) throw new UserError(`${file} could not be signed.`, { output });
      renameSync(signed, file);
    }
  });
}
