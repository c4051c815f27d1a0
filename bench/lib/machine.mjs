// What it was measured on.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import process from "node:process";

export function machine() {
  const first = (file, args) => {
    try {
      return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
        .split("\n")[0]
        .trim();
    } catch {
      return "not there";
    }
  };
  const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
  return {
    processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    compiler: first(process.env.CXX ?? "g++", ["--version"]),
    chromium: first(process.env.CHROMIUM ?? "chromium", ["--version"]),
    rivals: ["ws", "express", "socket.io", "better-sse", "libsql"].map((name) => `${name} ${version(name)}`).join(", "),
  };
}
