// @ts-check
// Sideloads the add-in into classic Outlook and removes it again, with office-addin-debugging. Windows only.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./child.mjs";
import { fromRoot } from "./paths.mjs";
import { say } from "./progress.mjs";

const TOOL = "node_modules/office-addin-debugging/cli.js";
/** The manifest that was sideloaded, with the port of that run. */
const SIDELOADED = ".cache/sideloaded/manifest.xml";
const PORT_IN_MANIFEST = /https:\/\/localhost:\d+/g;
const LIMIT_MS = 120_000;
const RETRY_MS = 200;

/**
 * Sideloads the add-in when the bridge listens, so that Outlook can load the pane at once. Never rejects.
 * @param {number} port
 */
export async function sideloadWhenReady(port) {
  const end = performance.now() + LIMIT_MS;
  while (performance.now() < end) {
    if (await isListening(port)) {
      await sideload(port).catch((error) => {
        say("outlook", `the add-in could not be sideloaded: ${String(error)}`);
      });
      return;
    }
    await sleep(RETRY_MS, undefined, { ref: false });
  }
}

/**
 * Registers the add-in with the pane on `port`, and starts Outlook. A failure is only reported, with the manual steps.
 * @param {number} port
 */
async function sideload(port) {
  const manifest = fromRoot(SIDELOADED);
  mkdirSync(path.dirname(manifest), { recursive: true });
  const text = readFileSync(fromRoot("manifest.xml"), "utf8");
  writeFileSync(manifest, text.replaceAll(PORT_IN_MANIFEST, `https://localhost:${port}`));
  // --local registers the manifest file; without it the tool needs a sign-in and a network.
  const options = ["--app", "outlook", "--no-debug", "--no-live-reload", "--local"];
  const { code, output } = await run(process.execPath, [fromRoot(TOOL), "start", manifest, "desktop", ...options], {
    limitMs: LIMIT_MS,
  });
  if (code === 0) {
    say("outlook", "the add-in is installed for development; open a message and choose it in the ribbon");
    return;
  }
  say("outlook", `the add-in could not be sideloaded: ${output.trim().split("\n").at(-1) ?? ""}`);
  say("outlook", `add it yourself: https://aka.ms/olksideload, "Add from file", ${manifest}`);
}

/** Removes the add-in if it was sideloaded. */
export async function removeSideloaded() {
  const manifest = fromRoot(SIDELOADED);
  if (process.platform !== "win32" || !existsSync(manifest)) return;
  const { code, output } = await run(process.execPath, [fromRoot(TOOL), "stop", manifest], { limitMs: LIMIT_MS });
  if (code === 0) rmSync(path.dirname(manifest), { recursive: true, force: true });
  else say("outlook", `the add-in could not be removed from Outlook: ${output.trim().split("\n").at(-1) ?? ""}`);
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
