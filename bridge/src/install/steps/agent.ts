/** Registers the agent as a COM add-in of Outlook, for this user only, in both bitnesses. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstallContext } from "../context.js";
import {
  ADDIN_KEY,
  AGENT,
  appFolder,
  CLASS_ID,
  CLASS_KEY,
  DESCRIPTION,
  LOAD_AT_STARTUP,
  OFFICE,
  PRODUCT,
  PROG_ID,
  PROG_ID_KEY,
  RESILIENCY_KEY,
  type Bits,
} from "../paths.js";
import { hasKey, number, readNumber, readText, text, type Registry } from "../registry.js";
import { fail, INSTALL_AGAIN, pass, type Finding, type Step } from "../step.js";

const ALL_BITS: readonly Bits[] = ["x64", "x86"];
const INPROC = "InprocServer32";

/** What Outlook records about an add-in, by its ProgID. */
const OUTLOOK_RECORD_KEYS = [
  `HKCU\\${OFFICE}\\Outlook\\AddInLoadTimes`,
  `${RESILIENCY_KEY}\\DoNotDisableAddinList`,
  `${RESILIENCY_KEY}\\NotificationReminderAddinData`,
];

export const agent: Step = {
  name: "agent",
  title: "Agent in Outlook",

  check(context) {
    return Promise.resolve(checkRegistration(context));
  },

  apply(context) {
    const { registry } = context;
    for (const bits of ALL_BITS) {
      const key = CLASS_KEY[bits];
      registry.write(key, "", text(PRODUCT));
      registry.write(`${key}\\${INPROC}`, "", text(agentFile(context, bits)));
      registry.write(`${key}\\${INPROC}`, "ThreadingModel", text("Apartment"));
      registry.write(`${key}\\ProgID`, "", text(PROG_ID));
    }
    registry.write(`${PROG_ID_KEY}\\CLSID`, "", text(CLASS_ID));
    registry.write(ADDIN_KEY, "FriendlyName", text(PRODUCT));
    registry.write(ADDIN_KEY, "Description", text(DESCRIPTION));
    // Last, because Outlook loads the agent as soon as this value exists.
    registry.write(ADDIN_KEY, "LoadBehavior", number(LOAD_AT_STARTUP));
    return Promise.resolve("registered for 64-bit and 32-bit Outlook, which loads it when it starts next");
  },

  revert({ registry }) {
    const removed: string[] = [];
    for (const key of [ADDIN_KEY, PROG_ID_KEY, CLASS_KEY.x64, CLASS_KEY.x86]) {
      if (!hasKey(registry, key)) continue;
      registry.removeKey(key);
      removed.push(key);
    }
    return Promise.resolve([...removed, ...removeOutlookRecords(registry)]);
  },
};

function agentFile({ dataDirectory, version }: InstallContext, bits: Bits): string {
  return join(appFolder(dataDirectory, version), AGENT[bits]);
}

function checkRegistration(context: InstallContext): Finding {
  const { registry } = context;
  for (const bits of ALL_BITS) {
    const expected = agentFile(context, bits);
    const found = readText(registry, `${CLASS_KEY[bits]}\\${INPROC}`, "");
    if (found === undefined) return fail(`not registered for ${bits}`, INSTALL_AGAIN);
    if (found.toLowerCase() !== expected.toLowerCase())
      return fail(`registered for ${bits}: ${found}; expected: ${expected}`, INSTALL_AGAIN);
    if (!existsSync(found)) return fail(`registered for ${bits}, but the file is missing: ${found}`, INSTALL_AGAIN);
    if (readText(registry, `${CLASS_KEY[bits]}\\${INPROC}`, "ThreadingModel") !== "Apartment")
      return fail(`the threading model for ${bits} is not Apartment`, INSTALL_AGAIN);
  }
  if (readText(registry, `${PROG_ID_KEY}\\CLSID`, "") !== CLASS_ID)
    return fail(`${PROG_ID} does not name the agent's class`, INSTALL_AGAIN);
  const behavior = readNumber(registry, ADDIN_KEY, "LoadBehavior");
  if (behavior === undefined) return fail("not in Outlook's list of add-ins", INSTALL_AGAIN);
  if (behavior !== LOAD_AT_STARTUP) {
    return fail(
      `LoadBehavior is ${behavior}, not ${LOAD_AT_STARTUP}: the add-in was switched off, or Outlook could not load it`,
      `In Outlook: File, Options, Add-ins, COM Add-ins, Go, tick "${PRODUCT}". Or run \`outlook-offline-state install\` again.`,
    );
  }
  return pass(`registered for x64 and x86, LoadBehavior ${LOAD_AT_STARTUP}`);
}

function removeOutlookRecords(registry: Registry): string[] {
  const removed: string[] = [];
  for (const key of OUTLOOK_RECORD_KEYS) {
    for (const name of registry.names(key) ?? []) {
      if (name !== PROG_ID && !name.startsWith(`${PROG_ID}\\`)) continue;
      registry.removeValue(key, name);
      removed.push(`${key} [${name}]`);
    }
  }
  return removed;
}
