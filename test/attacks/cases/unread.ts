// Row 17: a pane that stops reading. The systems' own buffers hold megabytes, so that a source which says much is plugged in.
import { connect } from "node:tls";
import { once } from "node:events";
import { createBridge } from "../../../bridge/src/bridge.js";
import { sameUser } from "../../../bridge/src/gate/same-user.js";
import { prepareHome, resolveHome } from "../../../bridge/src/home/home.js";
import { silentLog } from "../../../bridge/src/log/log.js";
import { loadNativeModule } from "../../../bridge/src/source/native-binding.js";
import type { OfflineStateSource } from "../../../bridge/src/source/offline-state-source.js";
import { freshHome } from "../../support/bridge-process.js";
import { HonestPane } from "../../support/honest-pane.js";
import { bytesOf, ended, upgrade } from "../wire.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Bytes of a message: 20 a second fill every buffer within a few seconds. */
const LOUD = 256 * 1024;

/** The bridge's own parts in this process, on a source that changes its mind every 50 ms at great length. */
export async function unread(): Promise<string> {
  const folder = freshHome();
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: folder.path } });
  prepareHome(home);
  let count = 0;
  const loud: OfflineStateSource = {
    subscribe: (listener) => {
      const timer = setInterval(() => {
        count += 1;
        const detail = `${count} `.padEnd(LOUD, "x");
        const source = { status: "unavailable", reason: "open-failed", detail } as const;
        listener({ state: "unknown", since: null, ageMs: 0, number: count, source });
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
    home,
    port: 0,
    version: "0.0.0",
    paneFolder: folder.path,
    source: loud,
    peer: sameUser(loadNativeModule()),
    log: silentLog(),
  });
  const target = { port: bridge.port, ca: readFileSync(join(home.certificates, "ca.crt")) };
  try {
    const honest = await HonestPane.connect(target);
    const deaf = connect({ host: "127.0.0.1", port: target.port, ca: target.ca, servername: "localhost" });
    await once(deaf, "secureConnect");
    deaf.on("error", () => undefined);
    deaf.pause();
    deaf.write(bytesOf(upgrade(target)));
    while (bridge.feed.subscribers < 2) await sleep(10);
    const seq = honest.seq;
    await honest.until(() => bridge.feed.subscribers < 2, 60_000);
    const told = honest.seq - seq;
    const over = ended(deaf, 20_000);
    deaf.resume();
    await over;
    await honest.close();
    if (honest.complaints.length > 0 || told < 10) return `the honest pane: ${honest.complaints.join()}`;
    return "ended, and the others are told everything";
  } finally {
    await bridge.stop();
    folder.remove();
  }
}
