import type { Health } from "../../bridge/src/server/app.js";
import { answerTo, plain } from "../attacks/wire.js";
import type { Target } from "./bridge-process.js";

/** What `GET /healthz` answers. */
export async function healthOf(target: Target): Promise<Health> {
  return JSON.parse((await answerTo(target, plain(target, "/healthz"))).body) as Health;
}
