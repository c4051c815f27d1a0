import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { simulatedMapi, simulatedOutlook } from "../../../test/support/simulated-outlook.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { prepareHome, resolveHome, type Home } from "../home/home.js";
import { silentLog } from "../log/log.js";
import { loadNativeBinding } from "../source/native-binding.js";
import { createNativeSource } from "../source/native-source.js";
import { controlAddress } from "./control-address.js";
import { tellOutlook } from "./control-client.js";
import { serveControl } from "./control-server.js";
import { Supervisor } from "./supervisor.js";

const log = silentLog();

interface Supervised {
  readonly home: Home;
  readonly supervisor: Supervisor;
  readonly told: string[];
  readonly tell: (command: string) => Promise<string>;
}

function homeOf(path: string): Home {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });
  prepareHome(home);
  return home;
}

/** The real simulated Outlook under a supervisor, told by the control socket. */
async function supervised(program: { executable?: string; mapi?: string } = {}): Promise<Supervised> {
  const home = homeOf(temporaryHome());
  const told: string[] = [];
  const supervisor = new Supervisor({
    program: { executable: simulatedOutlook, mapi: simulatedMapi, home: home.path, profile: "P", ...program },
    agentSocket: join(home.run, "agent.sock"),
    log,
    tell: (sentence) => told.push(sentence),
  });
  onTestFinished(() => supervisor.stop());
  await supervisor.start();
  const address = controlAddress(home);
  const control = await serveControl(address, (line) => supervisor.obey(line));
  onTestFinished(() => control.close());
  return {
    home,
    supervisor,
    told,
    tell: async (command) => {
      const { ok, text } = await tellOutlook(address, command);
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

describe("the simulated Outlook", () => {
  it("obeys by the control socket, and the state arrives at the native source", async () => {
    const { home, tell } = await supervised();
    const states: string[] = [];
    const subscription = createNativeSource(loadNativeBinding(), { home: home.path }).subscribe(({ state }) => {
      states.push(state);
    });
    onTestFinished(() => {
      subscription.close();
    });
    await expect.poll(() => states.at(-1)).toBe("online");
    expect(await tell("offline")).toMatch(/^ok/);
    await expect.poll(() => states.at(-1)).toBe("offline");
    expect(await tell("state")).toMatch(/^ok .*offline/);
    expect(await tell("capabilities none")).toMatch(/^ok/);
  });

  it("changes silently and by halves, and has an Outbox and a connection, all by the control socket", async () => {
    const { tell } = await supervised();
    expect(await tell("silent offline")).toBe("ok offline, not notified");
    expect(await tell("state")).toMatch(/^ok offline/);
    expect(await tell("transition  start online")).toBe("ok notified start online");
    expect(await tell("transition done online")).toBe("ok notified done online");
    expect(await tell("state")).toMatch(/^ok online/);
    expect(await tell("outbox 3")).toBe("ok outbox 3");
    expect(await tell("connection working-offline")).toBe("ok connection working-offline");
  });

  it.each(["quit", "exit", "crash"])("is gone when `%s` is answered, and `start` brings another", async (ending) => {
    const { supervisor, tell, told } = await supervised();
    const { pid } = supervisor;
    if (pid === undefined) throw new Error("it does not run");
    expect(await tell(ending)).toMatch(/^ok/);
    expect(isAlive(pid)).toBe(false);
    expect(await tell("state")).toMatch(/^error .*not running.*start/);
    expect(await tell("start")).toMatch(/^ok/);
    expect(supervisor.pid).not.toBe(pid);
    expect(await tell("state")).toMatch(/^ok/);
    expect(await tell("start")).toMatch(/^error .*already/);
    expect(told).toEqual([]);
  });

  it("that dies unasked is reported, and can be started again", async () => {
    const { supervisor, tell, told } = await supervised();
    process.kill(supervisor.pid ?? 0, "SIGKILL");
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toContain("SIGKILL");
    expect(await tell("start")).toMatch(/^ok/);
    expect(await tell("state")).toMatch(/^ok/);
  });

  it.each([
    ["frobnicate", /frobnicate.*capabilities/],
    ["capabilities everything", /none, online, offline, both/],
    ["capabilities", /none, online, offline, both/],
    ["online please", /nothing after/],
    ["silent", /silent takes one of online, offline$/],
    ["silent away", /silent takes one of online, offline$/],
    ["transition start", /start, statechange, done, and then one of online, offline$/],
    ["outbox many", /outbox takes a number of items$/],
    ["outbox -1", /outbox takes a number of items$/],
    ["outbox 9999999", /0 to 1000000/],
    ["connection lost", /none, working-offline, disconnected, connected$/],
    ["", /unknown command/],
    ["x".repeat(5000), /one line/],
  ])("says what is wrong with %j", async (command, what) => {
    const { tell } = await supervised();
    expect(await tell(command)).toMatch(what);
    expect(await tell("state")).toMatch(/^ok/);
  });

  it("obeys many at once, one after the other", async () => {
    const { tell } = await supervised();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => tell(index % 2 === 0 ? "offline" : "online")),
    );
    expect(answers.every((answer) => answer.startsWith("ok"))).toBe(true);
  });

  it("is ended, also when it has been stopped, and leaves no socket", async () => {
    const { supervisor, home } = await supervised();
    const { pid } = supervisor;
    if (pid === undefined) throw new Error("it does not run");
    process.kill(pid, "SIGSTOP");
    const began = performance.now();
    await supervisor.stop();
    await supervisor.stop();
    // No expectation of speed: it would wait for ever if it asked only.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(home.run, "agent.sock"))).toBe(false);
    expect((await supervisor.obey("start")).text).toContain("stopping");
  });
});

describe("a simulated Outlook that cannot start", () => {
  it.each([
    ["it is no program", { executable: "/nowhere/outlook" }, /ENOENT/],
    ["it ends at once", { executable: "/bin/false" }, /exit code 1/],
    ["it says something else", { executable: "/bin/echo" }, /it said/],
  ])("because %s is a failure that says so", async (_what, program, what) => {
    await expect(supervised(program)).rejects.toThrow(Failure);
    await expect(supervised(program)).rejects.toThrow(what);
  });
});

describe("the control socket", () => {
  const answer = (): Promise<{ ok: true; text: string }> => Promise.resolve({ ok: true, text: "two\nlines" });

  it("is taken over from a bridge that has crashed, but not from one that answers", async () => {
    const address = controlAddress(homeOf(temporaryHome()));
    writeFileSync(address, "");
    const first = await serveControl(address, answer);
    onTestFinished(() => first.close());
    await expect(serveControl(address, answer)).rejects.toThrow(Failure);
    expect(await tellOutlook(address, "state")).toEqual({ ok: true, text: "two lines" });
  });

  it("leaves no file behind, and does not wait for those who say nothing", async () => {
    const address = controlAddress(homeOf(temporaryHome()));
    const control = await serveControl(address, answer);
    const silent = connect(address);
    await new Promise((resolve) => silent.once("connect", resolve));
    await control.close();
    expect(existsSync(address)).toBe(false);
    expect((await tellOutlook(address, "state")).text).toContain("npm start");
  });

  it("is refused where the home's path is too long for one, before anything is tried", () => {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: `/${"long/".repeat(30)}` } });
    expect(() => controlAddress(home, "linux")).toThrow(home.path);
  });

  it("is a pipe with the home's identity on Windows", () => {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: "/a" } });
    expect(controlAddress(home, "win32")).toBe(`\\\\.\\pipe\\outlook-offline-state.outlook${home.suffix}`);
  });
});
