import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { simulatorMapi, simulatorExecutable } from "../../../test/support/simulator.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { UserError } from "../user-error.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { silentLog } from "../log/log.js";
import { loadNativeModule } from "../native-module.js";
import { nativeStateSource } from "../state-source.js";
import { controlAddress, sendCommand, startControlServer } from "./control.js";
import { Supervisor } from "./supervisor.js";

const log = silentLog();

interface Supervised {
  readonly dataDirectory: DataDirectory;
  readonly supervisor: Supervisor;
  /** What the supervisor reported to the user. */
  readonly messages: string[];
  readonly send: (command: string) => Promise<string>;
}

function dataDirectoryOf(path: string): DataDirectory {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });
  prepareDataDirectory(dataDirectory);
  return dataDirectory;
}

/** The real simulator with a supervisor and a control socket. */
async function startSupervised(files: { executable?: string; mapi?: string } = {}): Promise<Supervised> {
  const dataDirectory = dataDirectoryOf(temporaryFolder());
  const messages: string[] = [];
  const supervisor = new Supervisor({
    simulator: {
      executable: simulatorExecutable,
      mapi: simulatorMapi,
      dataDirectory: dataDirectory.path,
      profile: "P",
      ...files,
    },
    agentSocket: join(dataDirectory.run, "agent.sock"),
    log,
    notify: (message) => messages.push(message),
  });
  onTestFinished(() => supervisor.stop());
  await supervisor.start();
  const address = controlAddress(dataDirectory);
  const control = await startControlServer(address, (line) => supervisor.execute(line));
  onTestFinished(() => control.close());
  return {
    dataDirectory,
    supervisor,
    messages,
    send: async (command) => {
      const { ok, text } = await sendCommand(address, command);
      return `${ok ? "ok" : "error"} ${text}`;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("Supervisor", () => {
  it("changes the state that the native source reports", async () => {
    const { dataDirectory, send } = await startSupervised();
    const states: string[] = [];
    const subscription = nativeStateSource(loadNativeModule(), { dataDirectory: dataDirectory.path }).subscribe(
      ({ state }) => {
        states.push(state);
      },
    );
    onTestFinished(() => {
      subscription.close();
    });
    await expect.poll(() => states.at(-1)).toBe("online");
    expect(await send("offline")).toMatch(/^ok/);
    await expect.poll(() => states.at(-1)).toBe("offline");
    expect(await send("state")).toMatch(/^ok .*offline/);
    expect(await send("capabilities none")).toMatch(/^ok/);
  });

  it("executes the commands that take arguments", async () => {
    const { send } = await startSupervised();
    expect(await send("silent offline")).toBe("ok offline, not notified");
    expect(await send("state")).toMatch(/^ok offline/);
    expect(await send("transition  start online")).toBe("ok notified start online");
    expect(await send("transition done online")).toBe("ok notified done online");
    expect(await send("state")).toMatch(/^ok online/);
    expect(await send("outbox 3")).toBe("ok outbox 3");
    expect(await send("connection working-offline")).toBe("ok connection working-offline");
  });

  it.each(["quit", "exit", "crash"])(
    "ends the process before `%s` responds, and starts a new one on `start`",
    async (ending) => {
      const { supervisor, send, messages } = await startSupervised();
      const { pid } = supervisor;
      if (pid === undefined) throw new Error("it does not run");
      expect(await send(ending)).toMatch(/^ok/);
      expect(isAlive(pid)).toBe(false);
      expect(await send("state")).toMatch(/^error .*not running.*start/);
      expect(await send("start")).toMatch(/^ok/);
      expect(supervisor.pid).not.toBe(pid);
      expect(await send("state")).toMatch(/^ok/);
      expect(await send("start")).toMatch(/^error .*already/);
      expect(messages).toEqual([]);
    },
  );

  it("reports an unexpected end, and can start the simulator again", async () => {
    const { supervisor, send, messages } = await startSupervised();
    process.kill(supervisor.pid ?? 0, "SIGKILL");
    await expect.poll(() => messages).toHaveLength(1);
    expect(messages[0]).toContain("SIGKILL");
    expect(await send("start")).toMatch(/^ok/);
    expect(await send("state")).toMatch(/^ok/);
  });

  it.each([
    ["frobnicate", /frobnicate.*capabilities/],
    ["capabilities everything", /none, online, offline, both/],
    ["capabilities", /none, online, offline, both/],
    ["online please", /takes no arguments/],
    ["silent", /silent takes one of online, offline$/],
    ["silent away", /silent takes one of online, offline$/],
    ["transition start", /start, statechange, done, then one of online, offline$/],
    ["outbox many", /outbox takes a number of items$/],
    ["outbox -1", /outbox takes a number of items$/],
    ["outbox 9999999", /0 to 1000000/],
    ["connection lost", /none, working-offline, disconnected, connected$/],
    ["", /unknown command/],
    ["x".repeat(5000), /one line/],
  ])("rejects %j with a reason, and keeps running", async (command, what) => {
    const { send } = await startSupervised();
    expect(await send(command)).toMatch(what);
    expect(await send("state")).toMatch(/^ok/);
  });

  it("executes concurrent commands one after the other", async () => {
    const { send } = await startSupervised();
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => send(index % 2 === 0 ? "offline" : "online")),
    );
    expect(results.every((result) => result.startsWith("ok"))).toBe(true);
  });

  it("kills a process that hangs, removes the socket, and refuses commands once stopped", async () => {
    const { supervisor, dataDirectory } = await startSupervised();
    const { pid } = supervisor;
    if (pid === undefined) throw new Error("it does not run");
    process.kill(pid, "SIGSTOP");
    const began = performance.now();
    await supervisor.stop();
    await supervisor.stop();
    // Not a time limit: without killing the process it would never return.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(dataDirectory.run, "agent.sock"))).toBe(false);
    expect((await supervisor.execute("start")).text).toContain("stopping");
  });
});

describe("Supervisor.start", () => {
  it.each([
    ["does not exist", { executable: "/nowhere/outlook" }, /ENOENT/],
    ["ends at once", { executable: "/bin/false" }, /exit code 1/],
    ["prints something else", { executable: "/bin/echo" }, /unexpected output/],
  ])("throws a UserError if the executable %s", async (_what, files, message) => {
    await expect(startSupervised(files)).rejects.toThrow(UserError);
    await expect(startSupervised(files)).rejects.toThrow(message);
  });
});

describe("the control socket", () => {
  const respond = (): Promise<{ ok: true; text: string }> => Promise.resolve({ ok: true, text: "two\nlines" });

  it("replaces the socket of a crashed bridge, but not one that is in use", async () => {
    const address = controlAddress(dataDirectoryOf(temporaryFolder()));
    writeFileSync(address, "");
    const first = await startControlServer(address, respond);
    onTestFinished(() => first.close());
    await expect(startControlServer(address, respond)).rejects.toThrow(UserError);
    expect(await sendCommand(address, "state")).toEqual({ ok: true, text: "two lines" });
  });

  it("removes its file on close, without waiting for idle connections", async () => {
    const address = controlAddress(dataDirectoryOf(temporaryFolder()));
    const control = await startControlServer(address, respond);
    const silent = connect(address);
    await new Promise((resolve) => silent.once("connect", resolve));
    await control.close();
    expect(existsSync(address)).toBe(false);
    expect((await sendCommand(address, "state")).text).toContain("npm start");
  });

  it("rejects a data directory whose path is too long for a socket", () => {
    const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: `/${"long/".repeat(30)}` } });
    expect(() => controlAddress(dataDirectory, "linux")).toThrow(dataDirectory.path);
  });

  it("is named after the data directory on Windows", () => {
    const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: "/a" } });
    expect(controlAddress(dataDirectory, "win32")).toBe(
      `\\\\.\\pipe\\outlook-offline-state.outlook${dataDirectory.suffix}`,
    );
  });
});
