import { expect, it } from "vitest";
import { get, openPane, reportOf, startPlugged } from "../../../test/support/plugged-bridge.js";
import { CLIENT_HEADER, clientKindOf, OBSERVER } from "../gate/client-kind.js";

const asObserver = { headers: { [CLIENT_HEADER]: OBSERVER } };

it("gives an observer every change, and no pane's place, and a limit of its own", async () => {
  const plugged = await startPlugged({ limits: { panes: 1, observers: 1 } });
  const observer = await openPane(plugged, asObserver);
  const pane = await openPane(plugged);
  await expect(openPane(plugged, asObserver)).rejects.toThrow("503");
  await expect(openPane(plugged)).rejects.toThrow("503");
  expect(JSON.parse((await get(plugged, "/healthz")).body)).toMatchObject({ clients: 1 });
  plugged.source.tell(reportOf("offline"));
  for (const { messages } of [observer, pane])
    await expect.poll(() => messages.at(-1)).toMatchObject({ type: "change", state: "offline" });
  observer.socket.close();
  await observer.closed;
  await expect
    .poll(() =>
      openPane(plugged, asObserver).then(
        ({ messages }) => messages.length > 0,
        () => false,
      ),
    )
    .toBe(true);
  await plugged.bridge.stop();
  expect(await pane.closed).toBe(1001);
});

it("takes for an observer only who says so once and exactly", () => {
  expect(clientKindOf([OBSERVER])).toBe("observer");
  for (const values of [[], [""], ["Observer"], [OBSERVER, OBSERVER], [`${OBSERVER}, ${OBSERVER}`]])
    expect(clientKindOf(values)).toBe("pane");
});
