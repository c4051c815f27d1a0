// @ts-check
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { say, step } from "../lib/progress.mjs";
import { ensureGroups } from "../lib/requirements.mjs";
import { inTheBinaries, inThePane, nodeItself } from "../package/carried.mjs";
import { packagesIn, productionModules, shippedPackageJson, writeJson } from "../package/dependencies.mjs";
import { fetchPackage } from "../package/fetch.mjs";
import { copyProduct, writeInventory } from "../package/files.mjs";
import { writeLicenses } from "../package/licenses.mjs";
import { makeMsi } from "../package/msi.mjs";
import { NODE_PACKAGE, OUT, STAGE } from "../package/places.mjs";
import { writeSbom } from "../package/sbom.mjs";
import { bundleSideloader } from "../package/sideloader.mjs";
import { signAll, signingOf } from "../package/sign.mjs";
import { writeSums } from "../package/sums.mjs";
import { dropWhatNpmLeavesOut, makeTarball, mergeModules } from "../package/tarball.mjs";

const WINDOWS_BINARIES = ["offline-state-agent.dll", "outlook-offline-state.node", "outlook-offline-state.exe"];

/** @typedef {{ version: string, name: string }} Product */
/** @typedef {Awaited<ReturnType<typeof bundleSideloader>>} Sideloader */

export default defineTask({
  summary: "Writes the npm package and the MSI to dist/packages, with checksums, licences and a bill of materials.",
  options: {
    sign: { value: "<certificate.pfx>", what: "sign programs, libraries and MSI with osslsigncode" },
    "password-file": { value: "<file>", what: "a file whose first line is the password of the certificate" },
    timestamp: { value: "<url>", what: "RFC 3161 time-stamping service, so that signatures outlive the certificate" },
  },
  async run({ options }) {
    const signing = signingOf(options);
    const lacking = await ensureGroups(["mingw", "packaging"]);
    if (lacking.size > 0)
      throw new Failure([...lacking.values()].join("\n"), { remedy: "Packages are made on Debian or Ubuntu." });
    await bootstrap();
    await windowsBinaries();
    /** @type {Product} */
    const product = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
    rmSync(OUT, { recursive: true, force: true });
    mkdirSync(OUT, { recursive: true });

    const windows = await step("package", "packages for Windows", () => productionModules({ os: "win32", cpu: "x64" }));
    const linux = await step("package", "packages for Linux", () =>
      productionModules({ os: "linux", cpu: "x64", libc: "glibc" }),
    );
    const npm = await stage(product, "npm", { modules: [windows, linux], linux: true, node: undefined, signing });
    const msi = await stage(product, "msi", { modules: [windows], linux: false, node: await nodeProgram(), signing });
    const tarball = await step("package", "npm package", () => makeTarball(npm, product));
    const installer = await step("package", "MSI", () => makeMsi(msi, product.version));
    await signAll(signing, [installer]);
    writeSums();
    say("package", `${path.relative(fromRoot(), tarball)} and ${path.relative(fromRoot(), installer)} are ready`);
    return 0;
  },
});

async function windowsBinaries() {
  await step("windows", "agent, native module and launcher", async () => {
    const { code, output } = await run(process.execPath, [fromRoot("tools/windows/build.mjs"), ...WINDOWS_BINARIES]);
    if (code !== 0) throw new Failure("The Windows binaries could not be built.", { output });
  });
}

async function nodeProgram() {
  return path.join(await fetchPackage(NODE_PACKAGE), "bin/node.exe");
}

/**
 * Puts one package together.
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
  const carried = [
    ...packagesIn(path.join(folder, "node_modules")),
    ...sideloader.bundled,
    ...inThePane(),
    ...inTheBinaries(),
    ...(node === undefined ? [] : [nodeItself()]),
  ];
  writeLicenses(path.join(folder, "THIRD-PARTY-LICENSES.txt"), carried);
  await signAll(signing, ownBinaries(folder));
  await dropWhatNpmLeavesOut(folder);
  const count = writeInventory(folder, product.version);
  const base = path.join(OUT, `${product.name}-${product.version}.${kind}`);
  writeLicenses(`${base}.licenses.txt`, carried);
  await writeSbom(`${base}.cdx.json`, folder, {
    inside: { of: "office-addin-debugging", parts: sideloader.bundled },
    pane: inThePane(),
    linked: inTheBinaries(),
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
