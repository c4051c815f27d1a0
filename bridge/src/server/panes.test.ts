import { expect, it } from "vitest";
import { get, connectClient, reportOf, startInProcessBridge } from "../../../test/support/in-process-bridge.js";
import { CLIENT_HEADER, OBSERVER } from "../../../shared/src/contract.js";
import { clientKindOf } from "./access-control.js";

const asObserver = { headers: { [CLIENT_HEADER]: OBSERVER } };

it("sends an observer every change, and does not count it as a pane", async () => {
  const fixture = await startInProcessBridge({ limits: { panes: 1, observers: 1 } });
  const observer = await connectClient(fixture, asObserver);
  const pane = await connectClient(fixture);
  await expect(connectClient(fixture, asObserver)).rejects.toThrow("503");
  await expect(connectClient(fixture)).rejects.toThrow("503");
  expect(JSON.parse((await get(fixture, "/healthz")).body)).toMatchObject({ clients: 1 });
  fixture.source.report(reportOf("offline"));
  for (const { messages } of [observer, pane])
    await expect.poll(() => messages.at(-1)).toMatchObject({ type: "change", state: "offline" });
  observer.socket.close();
  await observer.closed;
  await expect
    .poll(() =>
      connectClient(fixture, asObserver).then(
        ({ messages }) => messages.length > 0,
        () => false,
      ),
    )
    .toBe(true);
  await fixture.bridge.stop();
  expect(await pane.closed).toBe(1001);
});

it("treats as an observer only a client with exactly one exact header", () => {
  expect(clientKindOf(() => [OBSERVER])).toBe("observer");
  for (const values of [[], [""], ["Observer"], [OBSERVER, OBSERVER], [`${OBSERVER}, ${OBSERVER}`]])
    expect(clientKindOf(() => values)).toBe("pane");
});
