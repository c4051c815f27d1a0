import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import * as v from "valibot";
import { damagedFiles, readInventory } from "../../bridge/src/install/inventory.js";
import { filesIn } from "../../tools/package/files.mjs";
import { npmCommand } from "../../tools/lib/packages.mjs";
import { signAll } from "../../tools/package/sign.mjs";
import { productRoot, version } from "../../bridge/src/version.js";
import { json, only, OUT, STAGE } from "./build-packages.js";

const MIB = 1 << 20;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

describe("the npm package", { timeout: 120_000 }, () => {
  it("runs with npx in an empty folder: no network, no install script, no compiler for the simulator", async () => {
    const folder = temporaryFolder();
    const tarball = only(".tgz");
    cpSync(tarball, join(folder, basename(tarball)));
    const env = {
      ...process.env,
      npm_config_cache: join(folder, "cache"),
      npm_config_offline: "true",
      npm_config_ignore_scripts: "true",
    };
    // With the command in docs/deploy.md.
    const words = ["exec", "--yes", "--", `./${basename(tarball)}`, "--version"];
    const { status, stdout, stderr } = spawnSync(...npmCommand(words), { cwd: folder, encoding: "utf8", env });
    expect(status, stderr).toBe(0);
    expect(stdout.trim()).toBe(version);
    const [run = ""] = readdirSync(join(folder, "cache", "_npx"));
    const modules = join(folder, "cache", "_npx", run, "node_modules");
    // Everything that `install` verifies, because npm omits some files.
    const installed = join(modules, "outlook-offline-state");
    expect(await damagedFiles(installed, readInventory(installed))).toEqual([]);
    const dataDirectory = join(folder, "data");
    mkdirSync(dataDirectory);
    const bridge = spawn(join(modules, ".bin", "outlook-offline-state"), ["start", "--simulate", "--port", "39761"], {
      env: { PATH: process.env["PATH"], OUTLOOK_OFFLINE_STATE_HOME: dataDirectory },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => {
      bridge.kill();
    });
    const output = await new Promise<string>((resolve) => {
      let text = "";
      bridge.stdout.on("data", (piece: Buffer) => {
        text += piece.toString();
        if (text.includes("Ready:")) resolve(text);
      });
      bridge.once("close", () => {
        resolve(text);
      });
    });
    expect(output).toContain("Ready: https://localhost:39761/taskpane.html");
  });

  it("is small, and contains no file that belongs to this machine or to tests", () => {
    expect(readFileSync(only(".tgz")).length).toBeLessThan(20 * MIB);
    expect(readFileSync(only(".msi")).length).toBeLessThan(60 * MIB);
    const files = filesIn(join(STAGE, "npm"));
    expect(
      files.filter((file) => !file.startsWith("node_modules/") && /\.test\.|\.map$|\.d\.ts$|tsbuildinfo/.test(file)),
    ).toEqual([]);
    for (const file of files.filter((name) => name.endsWith(".js") && name.startsWith("dist/")))
      expect(readFileSync(join(STAGE, "npm", file), "utf8").includes(productRoot), file).toBe(false);
  });

  it.each(["npm", "msi"])("lists every file of the %s package with its correct hash", async (kind) => {
    const folder = join(STAGE, kind);
    const inventory = readInventory(folder);
    expect(Object.keys(inventory.files).sort()).toEqual(
      filesIn(folder)
        .filter((file) => file !== "files.json")
        .sort(),
    );
    expect(await damagedFiles(folder, inventory)).toEqual([]);
  });
});

/** Compiled from the CycloneDX 1.5 schemas in its library. */
function billValidator(): ValidateFunction {
  const schema = (name: string): AnySchemaObject =>
    v.parse(
      v.record(v.string(), v.unknown()),
      json(join(productRoot, "node_modules/@cyclonedx/cyclonedx-library/res/schema", `${name}.SNAPSHOT.schema.json`)),
    );
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  // Formats without a validator here only must not contain spaces.
  ajv.addFormat("iri-reference", /^\S*$/).addFormat("idn-email", /^\S+@\S+$/);
  for (const name of ["spdx", "jsf-0.82"])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(schema("bom-1.5"));
}

const messageOf = ({ instancePath, keyword, message }: ErrorObject): string =>
  `${instancePath} ${keyword}: ${message ?? ""}`;

const bill = v.object({
  bomFormat: v.literal("CycloneDX"),
  specVersion: v.string(),
  components: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
      purl: v.optional(v.string()),
      components: v.optional(v.array(v.unknown())),
    }),
  ),
});

describe("the files beside the packages", () => {
  it("match SHA256SUMS", () => {
    const { status, stdout } = spawnSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], {
      cwd: OUT,
      encoding: "utf8",
    });
    expect(status, stdout).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(6);
  });

  it.each(["npm", "msi"])("include a bill of materials of the %s package that is valid CycloneDX", (kind) => {
    const takes = billValidator();
    expect(takes(json(only(`.${kind}.cdx.json`))), JSON.stringify(takes.errors?.map(messageOf))).toBe(true);
  });

  it("list every shipped package in the bill of materials and in the licences", () => {
    for (const kind of ["npm", "msi"]) {
      const { components } = v.parse(bill, json(only(`.${kind}.cdx.json`)));
      const licences = readFileSync(only(`.${kind}.licenses.txt`), "utf8");
      for (const name of ["express", "ws", "libsql", "office-addin-debugging", "@microsoft/office-js"]) {
        expect(components.map((component) => component.name)).toContain(name);
        expect(licences).toContain(`\n${name} `);
      }
      const sideloader = components.find(({ name }) => name === "office-addin-debugging");
      expect(sideloader?.components?.length).toBeGreaterThan(20);
    }
    expect(v.parse(bill, json(only(".msi.cdx.json"))).components.map(({ name }) => name)).toContain("node.exe");
  });
});

describe("signing", () => {
  it("signs with a given certificate, and the signature verifies", { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("password"), "a word\n");
    const made = [
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        at("key.pem"),
        "-out",
        at("cert.pem"),
        "-days",
        "2",
        "-subj",
        "/CN=Test",
        "-addext",
        "extendedKeyUsage=codeSigning",
      ],
      [
        "pkcs12",
        "-export",
        "-inkey",
        at("key.pem"),
        "-in",
        at("cert.pem"),
        "-out",
        at("cert.pfx"),
        "-passout",
        `file:${at("password")}`,
      ],
    ].map((args) => spawnSync("openssl", args).status);
    expect(made).toEqual([0, 0]);
    for (const source of [join(STAGE, "msi", "outlook-offline-state.exe"), only(".msi")]) {
      const file = at(source.endsWith(".msi") ? "signed.msi" : "signed.exe");
      writeFileSync(file, readFileSync(source));
      await signAll({ certificate: at("cert.pfx"), passwordFile: at("password"), timestamp: undefined }, [file]);
      const { stdout } = spawnSync("osslsigncode", ["verify", "-CAfile", at("cert.pem"), "-in", file], {
        encoding: "utf8",
      });
      expect(stdout).toContain("Signature verification: ok");
      expect(existsSync(`${file}.signed`)).toBe(false);
    }
  });
});
