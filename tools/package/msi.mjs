// @ts-check
// The MSI: installs for one user, without administrator rights. Made by wixl from WiX source, and completed by msibuild.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";
import { filesIn } from "./files.mjs";
import { OUT, STAGE } from "./paths.mjs";

/**
 * @param {string} stage
 * @param {string} version
 * @param {string} [out] the folder of the MSI
 * @returns {Promise<string>} The MSI.
 */
export async function makeMsi(stage, version, out = OUT) {
  // wixl only accepts paths relative to its working directory.
  mkdirSync(out, { recursive: true });
  const source = path.join(STAGE, `product-${version}.wxs`);
  const file = path.join(out, `outlook-offline-state-${version}-x64.msi`);
  writeFileSync(source, wixSource({ version, files: filesIn(stage) }));
  rmSync(file, { force: true });
  const { code, output } = await run("wixl", ["--arch", "x64", "--output", file, source], { cwd: stage });
  if (code !== 0) throw new UserError("wixl could not build the MSI.", { output });
  for (const query of AMENDMENTS) {
    const amended = await run("msibuild", [file, "-q", query]);
    if (amended.code !== 0) throw new UserError("msibuild could not complete the MSI.", { output: amended.output });
  }
  return file;
}

/** Published: Windows Installer knows earlier versions by it. Never change it. */
const UPGRADE_CODE = "6F2C5B0E-54B1-4B49-9A3D-1E8A5E0C7D21";
const LAUNCHER = "outlook-offline-state.exe";

/** @typedef {{ files: string[], folders: Map<string, Tree> }} Tree */

/**
 * @param {{ version: string, files: readonly string[] }} options `files`: of the folder in which wixl runs, with forward slashes.
 * @returns {string}
 */
function wixSource({ version, files }) {
  /** @type {string[]} */
  const components = [];
  const folders = contents(treeOf(files), [], { components, version });
  const refs = components.map((id) => `<ComponentRef Id="${id}"/>`).join("\n      ");
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${guidOf(`product/${version}`)}" Name="Outlook Offline State" Language="1033" Version="${numeric(version)}" Manufacturer="Outlook Offline State" UpgradeCode="${UPGRADE_CODE}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perUser" Description="Shows whether Outlook is online or offline" Keywords="Installer"/>
    <MajorUpgrade DowngradeErrorMessage="A newer version of Outlook Offline State is already installed."/>
    <Media Id="1" Cabinet="product.cab" EmbedCab="yes"/>
    <Property Id="ARPNOMODIFY" Value="1"/>
    <Property Id="REBOOT" Value="ReallySuppress"/>
    <Property Id="MSIRESTARTMANAGERCONTROL" Value="Disable"/>
    <Property Id="CLASSICOUTLOOK">
      <RegistrySearch Id="FindOutlook" Root="HKLM" Key="Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\OUTLOOK.EXE" Name="Path" Type="raw"/>
    </Property>
    <Condition Message="Classic Outlook for Windows is not installed on this computer. New Outlook, Outlook on the web and Outlook for Mac do not report their state. To install anyway, before classic Outlook: msiexec /i [DATABASE] WITHOUTOUTLOOK=1">Installed OR CLASSICOUTLOOK OR WITHOUTOUTLOOK</Condition>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="LocalAppDataFolder" Name="LocalAppData">
        <Directory Id="DATAFOLDER" Name="OutlookOfflineState">
          <Component Id="DataDirectory" Guid="${guidOf(`${version}/home`)}" Win64="yes">
            <RegistryValue Root="HKCU" Key="Software\\OutlookOfflineState" Name="Version" Type="string" Value="${version}" KeyPath="yes"/>
            <RemoveFolder Id="RemoveDataDirectory" On="uninstall"/>
          </Component>
          <Directory Id="APPSFOLDER" Name="app">
            <Directory Id="INSTALLFOLDER" Name="${version}">
${folders}
            </Directory>
          </Directory>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Product" Level="1">
      <ComponentRef Id="DataDirectory"/>
      ${refs}
    </Feature>
    <CustomAction Id="SetUp" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait install --msi --without-outlook [INSTALLOPTIONS]" Execute="deferred" Impersonate="yes" Return="check"/>
    <CustomAction Id="UndoSetUp" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait uninstall --msi" Execute="rollback" Impersonate="yes" Return="ignore"/>
    <CustomAction Id="Uninstall" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait uninstall --msi" Execute="deferred" Impersonate="yes" Return="ignore"/>
    <CustomAction Id="StopOldVersion" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait uninstall --msi --stop-only" Execute="deferred" Impersonate="yes" Return="ignore"/>
    <InstallExecuteSequence>
      <Custom Action="UndoSetUp" After="InstallFiles">NOT REMOVE</Custom>
      <Custom Action="SetUp" After="UndoSetUp">NOT REMOVE</Custom>
      <Custom Action="Uninstall" Before="RemoveFiles">REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE</Custom>
      <Custom Action="StopOldVersion" After="Uninstall">REMOVE="ALL" AND UPGRADINGPRODUCTCODE</Custom>
    </InstallExecuteSequence>
  </Product>
</Wix>
`;
}

/** Windows Installer compares three numbers only: leave out the suffix of a pre-release. @param {string} version */
function numeric(version) {
  return (version.split("-")[0] ?? version).replace(/^(\d+\.\d+\.\d+).*$/, "$1");
}

/** Positions of actions: before the old files are removed, and after the new ones are installed. */
const SEQUENCE = { RemoveExistingProducts: 1501, Uninstall: 1801, StopOldVersion: 1802, UndoSetUp: 4001, SetUp: 4002 };

/**
 * What wixl does not support, as queries for msibuild: the type of a rollback action (deferred, rollback, continue on failure,
 * installed program), and positions. An older version is removed first, in the same transaction.
 */
const AMENDMENTS = [
  `UPDATE \`CustomAction\` SET \`Type\` = ${1024 + 256 + 64 + 18} WHERE \`Action\` = 'UndoSetUp'`,
  ...Object.entries(SEQUENCE).map(
    ([action, position]) =>
      `UPDATE \`InstallExecuteSequence\` SET \`Sequence\` = ${position} WHERE \`Action\` = '${action}'`,
  ),
  // Remove the folder that contains the versions, if it is empty.
  `INSERT INTO \`RemoveFile\` (\`FileKey\`, \`Component_\`, \`DirProperty\`, \`InstallMode\`) VALUES ('RemoveApps', 'DataDirectory', 'APPSFOLDER', 2)`,
];

/** @param {readonly string[]} files */
function treeOf(files) {
  /** @type {Tree} */
  const root = { files: [], folders: new Map() };
  for (const file of files) {
    const parts = file.split("/");
    const name = parts.pop() ?? "";
    let at = root;
    for (const part of parts) {
      /** @type {Tree} */
      const next = at.folders.get(part) ?? { files: [], folders: new Map() };
      at.folders.set(part, next);
      at = next;
    }
    at.files.push(name);
  }
  return root;
}

/**
 * One component for each folder with files.
 * @param {Tree} tree
 * @param {readonly string[]} parents
 * @param {{ version: string, components: string[] }} more
 * @returns {string}
 */
function contents(tree, parents, more) {
  const folder = parents.join("/");
  const lines = [];
  if (tree.files.length > 0) {
    const id = idOf("c", folder);
    more.components.push(id);
    lines.push(`<Component Id="${id}" Guid="${guidOf(`${more.version}/${folder}`)}" Win64="yes">`);
    tree.files.forEach((name, index) => {
      const file = [...parents, name].join("/");
      const key = index === 0 ? ' KeyPath="yes"' : "";
      lines.push(`  <File Id="${idOf("f", file)}" Name="${escaped(name)}" Source="${escaped(file)}"${key}/>`);
    });
    lines.push(`  <RemoveFolder Id="${idOf("r", folder)}" On="uninstall"/>`, "</Component>");
  }
  for (const [name, below] of tree.folders) {
    const path = [...parents, name];
    lines.push(
      `<Directory Id="${idOf("d", path.join("/"))}" Name="${escaped(name)}">`,
      contents(below, path, more),
      "</Directory>",
    );
  }
  return lines.join("\n");
}

/** MSI identifiers are short and have a limited alphabet. @param {string} kind @param {string} text */
function idOf(kind, text) {
  return `${kind}${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

/** Deterministic: the same text results in the same GUID. @param {string} text */
function guidOf(text) {
  const hex = createHash("sha256").update(`outlook-offline-state/${text}`).digest("hex").toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
