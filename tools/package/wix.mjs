// @ts-check
// What the MSI is made of, as WiX source: the part of WiX that wixl understands.
import { createHash } from "node:crypto";

/** Published: Windows Installer knows earlier versions by it. Never change it. */
const UPGRADE_CODE = "6F2C5B0E-54B1-4B49-9A3D-1E8A5E0C7D21";
const LAUNCHER = "outlook-offline-state.exe";

/** @typedef {{ files: string[], folders: Map<string, Tree> }} Tree */

/**
 * @param {{ version: string, files: readonly string[] }} options `files`: of the folder in which wixl runs, with forward slashes.
 * @returns {string}
 */
export function wixSource({ version, files }) {
  /** @type {string[]} */
  const components = [];
  const folders = contents(treeOf(files), [], { components, version });
  const refs = components.map((id) => `<ComponentRef Id="${id}"/>`).join("\n      ");
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${guidOf(`product/${version}`)}" Name="Outlook Offline State" Language="1033" Version="${numeric(version)}" Manufacturer="Outlook Offline State" UpgradeCode="${UPGRADE_CODE}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perUser" Description="Shows in Outlook whether it is online or offline" Keywords="Installer"/>
    <MajorUpgrade DowngradeErrorMessage="A newer version of Outlook Offline State is installed already."/>
    <Media Id="1" Cabinet="product.cab" EmbedCab="yes"/>
    <Property Id="ARPNOMODIFY" Value="1"/>
    <Property Id="REBOOT" Value="ReallySuppress"/>
    <Property Id="MSIRESTARTMANAGERCONTROL" Value="Disable"/>
    <Property Id="CLASSICOUTLOOK">
      <RegistrySearch Id="FindOutlook" Root="HKLM" Key="Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\OUTLOOK.EXE" Name="Path" Type="raw"/>
    </Property>
    <Condition Message="Classic Outlook for Windows is not installed on this computer. The new Outlook, the web and the Mac do not report their state. To install all the same, for an Outlook that comes later: msiexec /i [DATABASE] WITHOUTOUTLOOK=1">Installed OR CLASSICOUTLOOK OR WITHOUTOUTLOOK</Condition>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="LocalAppDataFolder" Name="LocalAppData">
        <Directory Id="HOMEFOLDER" Name="OutlookOfflineState">
          <Component Id="Home" Guid="${guidOf(`${version}/home`)}" Win64="yes">
            <RegistryValue Root="HKCU" Key="Software\\OutlookOfflineState" Name="Version" Type="string" Value="${version}" KeyPath="yes"/>
            <RemoveFolder Id="RemoveHome" On="uninstall"/>
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
      <ComponentRef Id="Home"/>
      ${refs}
    </Feature>
    <CustomAction Id="SetUp" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait install --msi --without-outlook [INSTALLOPTIONS]" Execute="deferred" Impersonate="yes" Return="check"/>
    <CustomAction Id="TakeBack" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait uninstall --msi" Execute="rollback" Impersonate="yes" Return="ignore"/>
    <CustomAction Id="TearDown" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait uninstall --msi" Execute="deferred" Impersonate="yes" Return="ignore"/>
    <CustomAction Id="StopOld" FileKey="${idOf("f", LAUNCHER)}" ExeCommand="--wait uninstall --msi --stop-only" Execute="deferred" Impersonate="yes" Return="ignore"/>
    <InstallExecuteSequence>
      <Custom Action="TakeBack" After="InstallFiles">NOT REMOVE</Custom>
      <Custom Action="SetUp" After="TakeBack">NOT REMOVE</Custom>
      <Custom Action="TearDown" Before="RemoveFiles">REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE</Custom>
      <Custom Action="StopOld" After="TearDown">REMOVE="ALL" AND UPGRADINGPRODUCTCODE</Custom>
    </InstallExecuteSequence>
  </Product>
</Wix>
`;
}

/** Windows Installer compares three numbers; what a pre-release adds to its version does not count. @param {string} version */
function numeric(version) {
  return (version.split("-")[0] ?? version).replace(/^(\d+\.\d+\.\d+).*$/, "$1");
}

/** When each action has its turn: after the old files are known and before they go; after the new ones have come. */
const TURNS = { RemoveExistingProducts: 1501, TearDown: 1801, StopOld: 1802, TakeBack: 4001, SetUp: 4002 };

/**
 * What wixl cannot say, as queries that msibuild takes: that an action belongs to the way back (types: deferred, rollback,
 * go on after a failure, program among the files), and the turns. An older version goes first, in the same transaction.
 */
export const AMENDMENTS = [
  `UPDATE \`CustomAction\` SET \`Type\` = ${1024 + 256 + 64 + 18} WHERE \`Action\` = 'TakeBack'`,
  ...Object.entries(TURNS).map(
    ([action, turn]) => `UPDATE \`InstallExecuteSequence\` SET \`Sequence\` = ${turn} WHERE \`Action\` = '${action}'`,
  ),
  // The folder above this version's, when nothing is in it any more.
  `INSERT INTO \`RemoveFile\` (\`FileKey\`, \`Component_\`, \`DirProperty\`, \`InstallMode\`) VALUES ('RemoveApps', 'Home', 'APPSFOLDER', 2)`,
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
 * One component for each folder that has files: what is in it comes and goes together.
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

/** Identifiers are short and of few letters. @param {string} kind @param {string} text */
function idOf(kind, text) {
  return `${kind}${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

/** The same for the same version and folder. @param {string} text */
function guidOf(text) {
  const hex = createHash("sha256").update(`outlook-offline-state/${text}`).digest("hex").toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
