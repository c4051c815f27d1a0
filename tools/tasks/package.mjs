// @ts-check
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { say, step } from "../lib/progress.mjs";
import { ensureGroups } from "../lib/requirements.mjs";
import { linkedLibraries, paneLibraries, nodeRuntime, writeLicenses } from "../package/licenses.mjs";
import { packagesIn, productionModules, shippedPackageJson, writeJson } from "../package/dependencies.mjs";
import { fetchPackage } from "../package/fetch.mjs";
import { copyProduct, writeInventory, writeChecksums } from "../package/files.mjs";
import { makeMsi } from "../package/msi.mjs";
import { NODE_PACKAGE, OUT, STAGE } from "../package/paths.mjs";
import { writeSbom } from "../package/sbom.mjs";
import { bundleSideloader } from "../package/sideloader.mjs";
import { signAll, signingOf } from "../package/sign.mjs";
import { removeUnpackedFiles, makeTarball, mergeModules } from "../package/tarball.mjs";

const WINDOWS_BINARIES = ["offline-state-agent.dll", "outlook-offline-state.node", "outlook-offline-state.exe"];

/** @typedef {{ version: string, name: string }} Product */
/** @typedef {Awaited<ReturnType<typeof bundleSideloader>>} Sideloader */

export default defineTask({
  summary: "Builds the npm package and the MSI in dist/packages, with checksums, licences and a bill of materials.",
  options: {
    sign: { value: "<certificate.pfx>", what: "sign the binaries and the MSI with osslsigncode" },
    "password-file": { value: "<file>", what: "file with the password of the certificate in its first line" },
    timestamp: {
      value: "<url>",
      what: "RFC 3161 timestamp server: signatures stay valid after the certificate has expired",
    },
  },
  async run({ options }) {
    const signing = signingOf(options);
    const missing = await ensureGroups(["mingw", "packaging"]);
    if (missing.size > 0)
      throw new UserError(`npm run package ${[...missing.values()].join("\n")}`, {
        remedy: "Packages can be built on Debian and Ubuntu.",
      });
    await bootstrap();
    await windowsBinaries();
    /** @type {Product} */
    const product = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
    rmSync(OUT, { recursive: true, force: true });
    mkdirSync(OUT, { recursive: true });

    const windows = await step("package", "npm packages for Windows", () =>
      productionModules({ os: "win32", cpu: "x64" }),
    );
    const linux = await step("package", "npm packages for Linux", () =>
      productionModules({ os: "linux", cpu: "x64", libc: "glibc" }),
    );
    const npm = await stage(product, "npm", { modules: [windows, linux], linux: true, node: undefined, signing });
    const msi = await stage(product, "msi", { modules: [windows], linux: false, node: await nodeProgram(), signing });
    const tarball = await step("package", "npm package", () => makeTarball(npm, product));
    const installer = await step("package", "MSI", () => makeMsi(msi, product.version));
    await signAll(signing, [installer]);
    writeChecksums();
    say("package", `${path.relative(fromRoot(), tarball)} and ${path.relative(fromRoot(), installer)} are ready`);
    return 0;
  },
});

async function windowsBinaries() {
  await step("windows", "agent, native module and launcher", async () => {
    const { code, output } = await run(process.execPath, [fromRoot("tools/windows/build.mjs"), ...WINDOWS_BINARIES]);
    if (code !== 0) throw new UserError("The Windows binaries could not be built.", { output });
  });
}

async function nodeProgram() {
  return path.join(await fetchPackage(NODE_PACKAGE), "bin/node.exe");
}

/**
 * Assembles the files of one package.
 * @param {Product} product
 * @param {"npm" | "msi"} kind
 * @param {{ modules: readonly string[], linux: boolean, node: string | undefined, signing: import("../package/sign.mjs").Signing | undefined }} options
 */
async function stage(product, kind, { modules, linux, node, signing }) {
  const folder = path.join(STAGE, kind);
  rmSync(folder, { recursive: true, force: true });
  copyProduct(folder, { linux, node });
  mergeModules(path.join(folder, "node_modules"), modules);
  const sideloader = await bundleSideloader(path.join(folder, "node_modules"));
  writeJson(path.join(folder, "package.json"), shippedPackageJson({ "office-addin-debugging": sideloader.version }));
  const thirdParty = [
    ...packagesIn(path.join(folder, "node_modules")),
    ...sideloader.bundled,
    ...paneLibraries(),
    ...linkedLibraries(),
    ...(node === undefined ? [] : [nodeRuntime()]),
  ];
  writeLicenses(path.join(folder, "THIRD-PARTY-LICENSES.txt"), thirdParty);
  await signAll(signing, ownBinaries(folder));
  await removeUnpackedFiles(folder);
  const count = writeInventory(folder, product.version);
  const base = path.join(OUT, `${product.name}-${product.version}.${kind}`);
  writeLicenses(`${base}.licenses.txt`, thirdParty);
  await writeSbom(`${base}.cdx.json`, folder, {
    bundled: { into: "office-addin-debugging", parts: sideloader.bundled },
    pane: paneLibraries(),
    linked: linkedLibraries(),
    binaries:
      node === undefined
        ? []
        : [
            {
              name: "node.exe",
              version: NODE_PACKAGE.version,
              license: "MIT",
              file: node,
              purl: `pkg:npm/${NODE_PACKAGE.name}@${NODE_PACKAGE.version}`,
            },
          ],
  });
  say("package", `${kind}: ${count} files`);
  return folder;
}

/** @param {string} folder */
function ownBinaries(folder) {
  return [
    "outlook-offline-state.exe",
    "dist/windows/x64/offline-state-agent.dll",
    "dist/windows/x86/offline-state-agent.dll",
    "prebuilds/win32-x64/outlook-offline-state.node",
  ].map((file) => path.join(folder, file));
}
