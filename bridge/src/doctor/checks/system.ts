/** What can be checked on every system: the data directory, this machine's loopback interface, the bridge, its files. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { readCertificates } from "../../certificates/certificates.js";
import { asFailure, codeOf, describe } from "../../failure.js";
import { HOME_VARIABLE } from "../../home/home.js";
import { unresponsiveText } from "../../instance/find.js";
import { damagedFiles, INVENTORY, readInventory } from "../../install/files/inventory.js";
import { fail, pass, unsure, type Finding } from "../../install/step.js";
import { lastLines, logFilesOf } from "../../log/read.js";
import { loadNativeModule } from "../../source/native-binding.js";
import type { Check, SystemContext } from "../doctor.js";

const ADDRESS = "127.0.0.1";
const CONNECT_MS = 5000;
/** Without these the pane does not open, or not without the bridge. */
const PANE_FILES = ["taskpane.html", "service-worker.js", "office/office.js"];
/** What changes how Node.js behaves. None of it changes which bridge the clients believe (instance/client.ts). */
const VARIABLES = ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/** Options by which other programs can take over the bridge, or read what it sends. */
const RISKY_OPTIONS = /--inspect|--insecure-http-parser|--tls-keylog|--allow-natives-syntax/;

export const dataDirectory: Check<SystemContext> = {
  name: "data directory",
  look({ home }) {
    const remedy = `Make it a folder of this user alone, or set ${HOME_VARIABLE} to another one.`;
    try {
      const status = statSync(home.path, { throwIfNoEntry: false });
      if (status === undefined) return unsure(`${home.path} does not exist yet`, "Start the bridge: it makes it.");
      if (!status.isDirectory()) return fail(`${home.path} is a file, not a folder`, remedy);
      if (process.geteuid !== undefined && status.uid !== process.geteuid())
        return fail(`${home.path} belongs to another user`, remedy);
      if (process.geteuid !== undefined && (status.mode & 0o022) !== 0)
        return fail(`other users may write to ${home.path}`, remedy);
      accessSync(home.path, constants.R_OK | constants.W_OK | constants.X_OK);
      return pass(home.path);
    } catch (thrown) {
      return fail(asFailure(thrown)?.message ?? describe(thrown), remedy);
    }
  },
};

export const nativeModule: Check<SystemContext> = {
  name: "native module",
  look({ packageFolder }) {
    try {
      loadNativeModule(packageFolder);
      return pass("it loads");
    } catch (thrown) {
      const failure = asFailure(thrown);
      return fail(failure?.message ?? describe(thrown), failure?.remedy ?? "Run `npm run build`.");
    }
  },
};

export const loopback: Check<SystemContext> = {
  name: "loopback interface",
  async look() {
    const server = createServer((socket) => socket.destroy());
    try {
      server.listen({ port: 0, host: ADDRESS });
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const socket = connect({ port, host: ADDRESS });
      try {
        await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
      } finally {
        socket.destroy();
      }
      return pass(`${ADDRESS} can be reached`);
    } catch (thrown) {
      return fail(
        `${ADDRESS} cannot be reached (${codeOf(thrown) ?? describe(thrown)})`,
        "See that the loopback interface is up (Linux: ip link set lo up) and that no firewall blocks it.",
      );
    } finally {
      server.close();
    }
  },
};

export const localhostName: Check<SystemContext> = {
  name: "name localhost",
  async look() {
    const remedy = `The hosts file should have the line "${ADDRESS} localhost". Edge and Outlook's WebView2 do not need it.`;
    try {
      const found = (await lookup("localhost", { all: true })).map(({ address }) => address);
      const others = found.filter((address) => address !== "::1" && !address.startsWith("127."));
      return others.length === 0
        ? pass(found.join(", "))
        : unsure(`localhost is ${others.join(", ")} on this machine, not ${ADDRESS}`, remedy);
    } catch (thrown) {
      return unsure(`localhost is not known on this machine (${codeOf(thrown) ?? describe(thrown)})`, remedy);
    }
  },
};

export const environment: Check<SystemContext> = {
  name: "environment",
  look() {
    // Names only: a value may hold a password.
    const set = VARIABLES.filter((name) => (process.env[name] ?? "") !== "");
    const risky = RISKY_OPTIONS.exec(process.env["NODE_OPTIONS"] ?? "")?.[0];
    if (risky !== undefined)
      return fail(`NODE_OPTIONS holds ${risky}, which weakens the bridge`, "Remove it from NODE_OPTIONS.");
    return pass(set.length === 0 ? "nothing is set that changes Node.js" : `set, and harmless: ${set.join(", ")}`);
  },
};

export const bridgeRuns: Check<SystemContext> = {
  name: "bridge",
  look({ bridge, version }) {
    if (bridge.kind === "absent") return fail("it does not run", "Start it: outlook-offline-state start");
    if (bridge.kind === "unresponsive") {
      const { what, remedy } = unresponsiveText(bridge);
      return fail(what, remedy);
    }
    const { record, port } = bridge;
    const seen = `version ${bridge.version}, process ${record?.pid ?? "unknown"}, port ${port}`;
    if (bridge.version !== version) return fail(`${seen}; this is version ${version}`, "Stop it and start it again.");
    return pass(seen);
  },
};

export const certificateFiles: Check<SystemContext> = {
  name: "certificate files",
  async look({ home }) {
    if (!existsSync(home.certificates)) return unsure("there are none yet", "Start the bridge: it makes them.");
    const found = await readCertificates(home.certificates, Date.now());
    if (found !== undefined) return pass(`valid until ${new Date(found.validUntil).toISOString()}`);
    return fail(
      `those in ${home.certificates} are missing, do not fit together, or are not valid now`,
      "Check the clock of this machine. Stop the bridge and start it again: it makes new ones.",
    );
  },
};

export const log: Check<SystemContext> = {
  name: "log",
  look({ home }) {
    try {
      const count = logFilesOf(home).length;
      lastLines(home, 1);
      return count === 0 ? unsure("there is none yet", "Start the bridge.") : pass(`${count} files in ${home.logs}`);
    } catch (thrown) {
      const failure = asFailure(thrown);
      return fail(failure?.message ?? describe(thrown), failure?.remedy ?? "Check the file.");
    }
  },
};

/** In a package as its list of files says; in a clone, which has no such list, by name. */
export const paneFilesOfPackage: Check<SystemContext> = {
  name: "pane files",
  async look({ packageFolder, version }): Promise<Finding> {
    const missing = PANE_FILES.filter((file) => !existsSync(join(packageFolder, "dist", "pane", file)));
    if (missing.length > 0)
      return fail(`missing: ${missing.join(", ")}`, "Run `npm run build`, or get the package again.");
    if (!existsSync(join(packageFolder, INVENTORY))) return pass("they are there");
    const { files } = readInventory(packageFolder);
    const pane = Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith("dist/pane/")));
    const damaged = await damagedFiles(packageFolder, { version, files: pane });
    if (damaged.length > 0) return fail(`changed: ${damaged.join(", ")}`, "Get the package again.");
    return pass(`${Object.keys(pane).length} files, as they were packaged`);
  },
};
