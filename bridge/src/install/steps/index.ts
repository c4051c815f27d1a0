/** What installing does, in this order; uninstalling goes the other way round. */
import type { Step } from "../step.js";
import { agent } from "./agent.js";
import { appFiles } from "./app-files.js";
import { autostart } from "./autostart.js";
import { bridge } from "./bridge.js";
import { certificate } from "./certificate.js";
import { entry } from "./entry.js";
import { manifest } from "./manifest.js";

export const STEPS: readonly Step[] = [appFiles, certificate, agent, bridge, manifest, autostart, entry];
