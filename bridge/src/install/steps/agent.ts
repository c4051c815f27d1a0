/** The agent's registration as a COM add-in of Outlook, for this user alone, for both bitnesses. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  ADDIN_KEY,
  CLASS_ID,
  CLASS_KEY,
  DESCRIPTION,
  LOAD_AT_STARTUP,
  PROG_ID,
  PROG_ID_KEY,
  PRODUCT,
  RESILIENCY_KEY,
  OFFICE,
  type Bits,
} from "../names.js";
import { AGENT, appFolder } from "../places.js";
import { hasKey, number, readNumber, readText, text, type Registry } from "../registry/registry.js";
import { fail, INSTALL_AGAIN, pass, type Finding, type InstallContext, type Step } from "../step.js";

const BOTH: readonly Bits[] = ["x64", "x86"];
const INPROC = "InprocServer32";

/** Where Outlook keeps what it has noticed about an add-in, by its ProgID. */
const NOTICED_KEYS = [
  `HKCU\\${OFFICE}\\Outlook\\AddInLoadTimes`,
  `${RESILIENCY_KEY}\\DoNotDisableAddinList`,
  `${RESILIENCY_KEY}\\NotificationReminderAddinData`,
];

export function agentFile(context: InstallContext, bits: Bits): string {
  return join(appFolder(context.home, context.version), AGENT[bits]);
}

export const agent: Step = {
  name: "agent",
  what: "register the agent with Outlook",

  check(context) {
    return Promise.resolve(look(context));
  },

  do(context) {
    const { registry } = context;
    for (const bits of BOTH) {
      const file = agentFile(context, bits);
      const key = CLASS_KEY[bits];
      registry.write(key, "", text(PRODUCT));
      registry.write(`${key}\\${INPROC}`, "", text(file));
      registry.write(`${key}\\${INPROC}`, "ThreadingModel", text("Apartment"));
      registry.write(`${key}\\ProgID`, "", text(PROG_ID));
    }
    registry.write(`${PROG_ID_KEY}\\CLSID`, "", text(CLASS_ID));
    registry.write(ADDIN_KEY, "FriendlyName", text(PRODUCT));
    registry.write(ADDIN_KEY, "Description", text(DESCRIPTION));
    // Last: from here on Outlook loads it.
    registry.write(ADDIN_KEY, "LoadBehavior", number(LOAD_AT_STARTUP));
    return Promise.resolve("registered for 64-bit and 32-bit Outlook; Outlook loads it when it starts the next time");
  },

  undo({ registry }) {
    const removed: string[] = [];
    for (const key of [ADDIN_KEY, PROG_ID_KEY, CLASS_KEY.x64, CLASS_KEY.x86]) {
      if (!hasKey(registry, key)) continue;
      registry.removeKey(key);
      removed.push(key);
    }
    return Promise.resolve([...removed, ...forgetWhatOutlookNoticed(registry)]);
  },
};

function look(context: InstallContext): Finding {
  const { registry } = context;
  for (const bits of BOTH) {
    const wanted = agentFile(context, bits);
    const found = readText(registry, `${CLASS_KEY[bits]}\\${INPROC}`, "");
    if (found === undefined) return fail(`not registered for ${bits}`, INSTALL_AGAIN);
    if (found.toLowerCase() !== wanted.toLowerCase())
      return fail(`registered for ${bits} is ${found}, not ${wanted}`, INSTALL_AGAIN);
    if (!existsSync(found)) return fail(`${found} is registered for ${bits} and missing`, INSTALL_AGAIN);
    if (readText(registry, `${CLASS_KEY[bits]}\\${INPROC}`, "ThreadingModel") !== "Apartment")
      return fail(`the threading model for ${bits} is not Apartment`, INSTALL_AGAIN);
  }
  if (readText(registry, `${PROG_ID_KEY}\\CLSID`, "") !== CLASS_ID)
    return fail(`${PROG_ID} is not the name of our class`, INSTALL_AGAIN);
  const behavior = readNumber(registry, ADDIN_KEY, "LoadBehavior");
  if (behavior === undefined) return fail("Outlook's list of add-ins does not have it", INSTALL_AGAIN);
  if (behavior !== LOAD_AT_STARTUP) {
    return fail(
      `LoadBehavior is ${behavior}, not ${LOAD_AT_STARTUP}: the add-in has been unticked, or Outlook could not load it`,
      `In Outlook: File, Options, Add-ins, COM Add-ins, Go, tick "${PRODUCT}". Or: ${INSTALL_AGAIN}`,
    );
  }
  return pass(`registered for x64 and x86 in this user's registry, LoadBehavior ${LOAD_AT_STARTUP}`);
}

function forgetWhatOutlookNoticed(registry: Registry): string[] {
  const removed: string[] = [];
  for (const key of NOTICED_KEYS) {
    for (const name of registry.names(key) ?? []) {
      if (name !== PROG_ID && !name.startsWith(`${PROG_ID}\\`)) continue;
      registry.removeValue(key, name);
      removed.push(`${key} [${name}]`);
    }
  }
  return removed;
}
