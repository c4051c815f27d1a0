import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { RotatingFile } from "./rotating-file.js";

const line = (number: number): string => `${String(number).padStart(9, "0")}\n`;

describe("RotatingFile", () => {
  it("renames full files, removes the oldest and loses no line of the others", () => {
    const folder = temporaryFolder();
    const file = new RotatingFile({ file: join(folder, "a.b.log"), maxBytes: 100, maxFiles: 3 });
    for (let number = 0; number < 95; number += 1) file.write(line(number));
    file.close();
    expect(readdirSync(folder).sort()).toEqual(["a.b.1.log", "a.b.2.log", "a.b.log"]);
    const text = ["a.b.2.log", "a.b.1.log", "a.b.log"].map((name) => readFileSync(join(folder, name), "utf8")).join("");
    expect(text).toBe(Array.from({ length: 25 }, (_, index) => line(70 + index)).join(""));
  });

  it("appends to an existing file and counts its size", () => {
    const folder = temporaryFolder();
    const options = { file: join(folder, "log"), maxBytes: 100, maxFiles: 2 };
    writeFileSync(options.file, line(1).repeat(9));
    const file = new RotatingFile(options);
    file.write(line(2));
    expect(statSync(options.file).size).toBe(100);
    file.write(line(3));
    file.close();
    expect(readFileSync(options.file, "utf8")).toBe(line(3));
  });

  it("keeps the size limit if a full file cannot be renamed", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "x.1.log", "in-the-way"), { recursive: true });
    const file = new RotatingFile({ file: join(folder, "x.log"), maxBytes: 100, maxFiles: 3 });
    for (let number = 0; number < 50; number += 1) file.write(line(number));
    file.close();
    expect(statSync(join(folder, "x.log")).size).toBeLessThanOrEqual(100);
    expect(readFileSync(join(folder, "x.log"), "utf8")).toContain(line(49));
  });

  it("throws nothing while its folder is missing, and writes again afterwards", () => {
    const folder = join(temporaryFolder(), "logs");
    mkdirSync(folder);
    const file = new RotatingFile({ file: join(folder, "x.log"), maxBytes: 20, maxFiles: 2 });
    rmSync(folder, { recursive: true });
    for (let number = 0; number < 5; number += 1) file.write(line(number));
    mkdirSync(folder);
    file.write(line(7));
    file.close();
    expect(readFileSync(join(folder, "x.log"), "utf8")).toContain(line(7));
  });
});
