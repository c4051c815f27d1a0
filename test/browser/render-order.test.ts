// The state is rendered before the pane's other parts.
import { expect, test } from "vitest";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();
/** For a machine that is busy with other work. */
const SLOW = { timeout: 90_000 };

test("renders the state first, and no frame with the new state and old times", SLOW, async () => {
  harness.bridge.setState("online", 7_200_000);
  const page = await harness.open({}, "online");
  await expect.poll(() => page.title()).toContain("Online");
  await page.evaluate(() => {
    const read = () => ({
      state: document.documentElement.dataset["state"],
      word: document.getElementById("word")?.textContent,
      title: document.title,
      saved: localStorage.getItem("outlook-offline-state.past"),
      timing: document.getElementById("timing")?.textContent,
      heading: document.getElementById("title")?.textContent,
    });
    const records: ReturnType<typeof read>[] = [read()];
    Reflect.set(window, "records", records);
    new MutationObserver(() => {
      records.push(read());
      // Requested after the pane's own, so it runs when the pane is rendered and before the frame is shown.
      requestAnimationFrame(() => records.push(read()));
    }).observe(document.documentElement, { attributeFilter: ["data-state"] });
  });
  harness.bridge.setState("offline");
  await shows(page, "offline");
  await expect.poll(() => page.title()).toContain("Offline");
  const records = await page.evaluate(() => Reflect.get(window, "records") as Record<string, string>[]);
  expect(records).toHaveLength(3);
  const [before, first, frame] = records;
  expect(before?.["timing"]).toMatch(/\(2 hr\)$/);
  expect(first).toEqual({ ...before, state: "offline", word: "Offline" });
  expect(frame?.["timing"]).toMatch(/\(\d sec\)$/);
  expect(frame?.["heading"]).toBe("New messages will wait");
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem("outlook-offline-state.past")))
    .not.toBe(before?.["saved"]);
});

test("shows a waiting text only if the bridge does not respond at once", SLOW, async () => {
  const words = async (firstMessage: "snapshot" | "nothing", message: string): Promise<string[]> => {
    harness.bridge.firstMessage = firstMessage;
    const page = await harness.open(
      {
        prepare: (opened) =>
          opened.addInitScript(() => {
            const shown: string[] = [];
            Reflect.set(window, "shown", shown);
            new MutationObserver(() => {
              const word = document.getElementById("word")?.textContent ?? "";
              if (word !== "" && word !== shown.at(-1)) shown.push(word);
            }).observe(document, { subtree: true, childList: true });
          }),
      },
      message,
    );
    return page.evaluate(() => Reflect.get(window, "shown") as string[]);
  };
  expect(await words("nothing", "connecting")).toEqual(["Unknown"]);
  expect((await words("snapshot", "online")).at(-1)).toBe("Online");
});
