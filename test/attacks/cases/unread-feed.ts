// Row 17: a pane that stops reading. The system's buffers hold megabytes, so the source reports long statuses.
import { connect } from "node:tls";
import { once } from "node:events";
import { createBridge } from "../../../bridge/src/bridge.js";
import { sameUser } from "../../../bridge/src/server/peer-check.js";
import { prepareDataDirectory, resolveDataDirectory } from "../../../bridge/src/data-directory.js";
import { silentLog } from "../../../bridge/src/log/log.js";
import { loadNativeModule } from "../../../bridge/src/native-module.js";
import type { StateSource } from "../../../bridge/src/state-source.js";
import { createFolder, removeFolder } from "../../support/temporary-folder.js";
import { TestFeedClient } from "../../support/feed-client.js";
import { encodeRequest, waitForClose, upgradeRequest } from "../../support/raw-client.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Bytes of a message: at 20 a second, all buffers are full within a few seconds. */
const MESSAGE_BYTES = 256 * 1024;

/** Runs the bridge in this process with a source that reports a long status every 50 ms. */
export async function unreadFeed(): Promise<string> {
  const folder = createFolder();
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: folder } });
  prepareDataDirectory(dataDirectory);
  let count = 0;
  const source: StateSource = {
    subscribe: (listener) => {
      const timer = setInterval(() => {
        count += 1;
        const detail = `${count} `.padEnd(MESSAGE_BYTES, "x");
        const source = { status: "unavailable", reason: "open-failed", detail } as const;
        listener({ state: "unknown", since: null, startedAt: performance.now(), source });
      }, 50);
      return {
        refresh: () => undefined,
        close: () => {
          clearInterval(timer);
        },
      };
    },
  };
  const bridge = await createBridge({
    dataDirectory,
    port: 0,
    version: "0.0.0",
    paneFolder: folder,
    source,
    peer: sameUser(loadNativeModule()),
    log: silentLog(),
  });
  const target = { port: bridge.port, ca: readFileSync(join(dataDirectory.certificates, "ca.crt")) };
  try {
    const reader = await TestFeedClient.connect(target);
    const stalled = connect({ host: "127.0.0.1", port: target.port, ca: target.ca, servername: "localhost" });
    await once(stalled, "secureConnect");
    stalled.on("error", () => undefined);
    stalled.pause();
    stalled.write(encodeRequest(upgradeRequest(target)));
    while (bridge.feed.subscribers < 2) await sleep(10);
    const seq = reader.seq;
    await reader.waitUntil(() => bridge.feed.subscribers < 2, 60_000);
    const received = reader.seq - seq;
    const over = waitForClose(stalled, 20_000);
    stalled.resume();
    await over;
    await reader.close();
    if (reader.errors.length > 0 || received < 10) return `the reading client: ${reader.errors.join()}`;
    return "closed, and the others receive everything";
  } finally {
    await bridge.stop();
    removeFolder(folder);
  }
}
