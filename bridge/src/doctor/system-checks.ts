/** Checks that work on every system: the data directory, the loopback interface, the bridge and its files. */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { readCertificates } from "../certificates/certificates.js";
import { DATA_DIRECTORY_VARIABLE } from "../data-directory.js";
import { fail, pass, unknown } from "../install/step.js";
import { checkBridge } from "../install/steps/bridge.js";
import { lastLines, logFilesOf } from "../log/read.js";
import { loadNativeModule } from "../native-module.js";
import { asUserError, codeOf, messageOf } from "../user-error.js";
import type { Check, SystemContext } from "./doctor.js";

const START = "Run `outlook-offline-state start`.";
const ADDRESS = "127.0.0.1";
const CONNECT_TIMEOUT_MS = 5000;
/** These change how Node.js behaves, but not which certificates the commands accept (instance/health-client.ts). */
const VARIABLES = ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/** With these, other programs can control the bridge or read its traffic. */
const RISKY_OPTIONS = /--inspect|--insecure-http-parser|--tls-keylog|--allow-natives-syntax/;

export const dataDirectoryAccess: Check<SystemContext> = {
  name: "data directory",
  run({ dataDirectory }) {
    const remedy = `Make it a folder that only you can write to, or set ${DATA_DIRECTORY_VARIABLE} to another folder.`;
    try {
      const status = statSync(dataDirectory.path, { throwIfNoEntry: false });
      if (status === undefined) return unknown(`${dataDirectory.path} does not exist yet`, START);
      if (!status.isDirectory()) return fail(`${dataDirectory.path} is a file, not a folder`, remedy);
      if (process.geteuid !== undefined && status.uid !== process.geteuid())
        return fail(`${dataDirectory.path} belongs to another user`, remedy);
      if (process.geteuid !== undefined && (status.mode & 0o022) !== 0)
        return fail(`other users may write to ${dataDirectory.path}`, remedy);
      accessSync(dataDirectory.path, constants.R_OK | constants.W_OK | constants.X_OK);
      return pass(dataDirectory.path);
    } catch (error) {
      return fail(asUserError(error)?.message ?? messageOf(error), remedy);
    }
  },
};

export const nativeModule: Check<SystemContext> = {
  name: "native module",
  run({ packageFolder }) {
    try {
      loadNativeModule(packageFolder);
      return pass("loaded");
    } catch (error) {
      const userError = asUserError(error);
      return fail(userError?.message ?? messageOf(error), userError?.remedy ?? "Run `npm run build`.");
    }
  },
};

export const loopback: Check<SystemContext> = {
  name: "loopback interface",
  async run() {
    const server = createServer((socket) => socket.destroy());
    try {
      server.listen({ port: 0, host: ADDRESS });
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const socket = connect({ port, host: ADDRESS });
      try {
        await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
      } finally {
        socket.destroy();
      }
      return pass(`${ADDRESS} is reachable`);
    } catch (error) {
      return fail(
        `${ADDRESS} is not reachable (${codeOf(error) ?? messageOf(error)})`,
        "Check that the loopback interface is up (Linux: ip link set lo up) and that no firewall blocks it.",
      );
    } finally {
      server.close();
    }
  },
};

export const localhostName: Check<SystemContext> = {
  name: "name localhost",
  async run() {
    const remedy = `Add the line "${ADDRESS} localhost" to the hosts file. Edge and Outlook's WebView2 do not need it.`;
    try {
      const found = (await lookup("localhost", { all: true })).map(({ address }) => address);
      const others = found.filter((address) => address !== "::1" && !address.startsWith("127."));
      return others.length === 0
        ? pass(found.join(", "))
        : unknown(`localhost resolves to ${others.join(", ")}, not to ${ADDRESS}`, remedy);
    } catch (error) {
      return unknown(`localhost does not resolve (${codeOf(error) ?? messageOf(error)})`, remedy);
    }
  },
};

export const environment: Check<SystemContext> = {
  name: "environment",
  run() {
    // Names only: a value may contain a password.
    const set = VARIABLES.filter((name) => (process.env[name] ?? "") !== "");
    const risky = RISKY_OPTIONS.exec(process.env["NODE_OPTIONS"] ?? "")?.[0];
    if (risky !== undefined)
      return fail(`NODE_OPTIONS contains ${risky}, which weakens security`, "Remove it from NODE_OPTIONS.");
    return pass(set.length === 0 ? "no variable is set that affects Node.js" : `set, but harmless: ${set.join(", ")}`);
  },
};

export const bridgeRuns: Check<SystemContext> = {
  name: "background program",
  run({ bridge, version }) {
    return checkBridge(bridge, version, { start: START, replace: "Stop it and start it again." });
  },
};

export const certificateFiles: Check<SystemContext> = {
  name: "certificate files",
  async run({ dataDirectory }) {
    if (!existsSync(dataDirectory.certificates)) return unknown("none yet", START);
    const found = await readCertificates(dataDirectory.certificates, Date.now());
    if (found !== undefined) return pass(`valid until ${new Date(found.validUntil).toISOString().slice(0, 10)}`);
    return fail(
      `missing, inconsistent or not valid now: ${dataDirectory.certificates}`,
      "Check the clock of this computer. Then stop the background program and start it again: it creates new ones.",
    );
  },
};

export const log: Check<SystemContext> = {
  name: "log",
  run({ dataDirectory }) {
    try {
      const count = logFilesOf(dataDirectory).length;
      lastLines(dataDirectory, 1);
      return count === 0
        ? unknown("none yet", START)
        : pass(`${count} ${count === 1 ? "file" : "files"} in ${dataDirectory.logs}`);
    } catch (error) {
      const userError = asUserError(error);
      return fail(userError?.message ?? messageOf(error), userError?.remedy ?? "Check the file.");
    }
  },
};
