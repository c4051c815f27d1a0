// The state comes first: before the pane's other parts, and its connection before the pane's own script.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();
/** For a machine that is busy with other work. */
const SLOW = { timeout: 90_000 };

test(
  "the state is drawn before title, storage and timeline, and no frame shows it with the old one's times",
  SLOW,
  async () => {
    stage.bridge.state("online", 7_200_000);
    const page = await stage.open({}, "online");
    await expect.poll(() => page.title()).toContain("Online");
    await page.evaluate(() => {
      const read = () => ({
        state: document.documentElement.dataset["state"],
        word: document.getElementById("word")?.textContent,
        title: document.title,
        kept: localStorage.getItem("outlook-offline-state.past"),
        lasting: document.getElementById("lasting")?.textContent,
        meaning: document.getElementById("title")?.textContent,
      });
      const seen: ReturnType<typeof read>[] = [read()];
      Reflect.set(window, "seen", seen);
      new MutationObserver(() => {
        seen.push(read());
        // Asked for after the pane has asked: it comes when the pane has drawn for this frame, before the frame is shown.
        requestAnimationFrame(() => seen.push(read()));
      }).observe(document.documentElement, { attributeFilter: ["data-state"] });
    });
    stage.bridge.state("offline");
    await shows(page, "offline");
    await expect.poll(() => page.title()).toContain("Offline");
    const seen = await page.evaluate(() => Reflect.get(window, "seen") as Record<string, string>[]);
    expect(seen).toHaveLength(3);
    const [before, first, frame] = seen;
    expect(before?.["lasting"]).toBe("for 2 hours");
    expect(first).toEqual({ ...before, state: "offline", word: "Offline" });
    expect(frame?.["lasting"]).toMatch(/^for \d seconds?$/);
    expect(frame?.["meaning"]).toBe("New messages will wait");
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem("outlook-offline-state.past")))
      .not.toBe(before?.["kept"]);
  },
);

/** Holds the pane's own script back until `task` is done: another one stands before it, and is long on its way. */
function beforeTheScript(task: () => Promise<void>): (page: Page) => Promise<unknown> {
  stage.bridge.slip = (html) => html.replace("<script type=module>", '<script src="held.js"></script>$&');
  return (page) =>
    page.route(/\/held\.js$/, async (route) => {
      await task();
      await route.fulfill({ contentType: "text/javascript", body: "" });
    });
}

const connected = (clients: number): Promise<void> =>
  expect.poll(() => stage.bridge.clients, { timeout: 30_000 }).toBe(clients);

test(
  "connects while the pane's own script is on its way, and loses nothing of what comes meanwhile",
  SLOW,
  async () => {
    const prepare = beforeTheScript(async () => {
      await connected(1);
      stage.bridge.state("offline");
      stage.bridge.state("online");
      stage.bridge.state("offline", 3_600_000);
    });
    const page = await stage.open({ prepare }, "offline");
    expect(await page.locator("#lasting").innerText()).toBe("for 1 hour");
    expect(stage.bridge.connects).toHaveLength(1);
    stage.bridge.state("online");
    await shows(page, "online");
  },
);

test("connects anew when the early connection has ended before the pane's own script was there", SLOW, async () => {
  const prepare = beforeTheScript(async () => {
    await connected(1);
    stage.bridge.closeAll(1001);
    await connected(0);
  });
  await stage.open({ prepare }, "online");
  expect(stage.bridge.connects).toHaveLength(2);
});

test("a bridge that answers at once is not preceded by a word about waiting, one that does not is", SLOW, async () => {
  const words = async (greeting: "snapshot" | "nothing", row: string): Promise<string[]> => {
    stage.bridge.greeting = greeting;
    const page = await stage.open(
      {
        prepare: (opened) =>
          opened.addInitScript(() => {
            const said: string[] = [];
            Reflect.set(window, "said", said);
            new MutationObserver(() => {
              const word = document.getElementById("word")?.textContent ?? "";
              if (word !== "" && word !== said.at(-1)) said.push(word);
            }).observe(document, { subtree: true, childList: true });
          }),
      },
      row,
    );
    return page.evaluate(() => Reflect.get(window, "said") as string[]);
  };
  expect(await words("nothing", "connecting")).toEqual(["Unknown"]);
  expect((await words("snapshot", "online")).at(-1)).toBe("Online");
});
