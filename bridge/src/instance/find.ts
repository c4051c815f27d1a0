/** Finds the bridge of a data directory. What answers with a certificate of its CA is our own; nothing else is believed. */
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { codeOf } from "../failure.js";
import type { Home } from "../home/home.js";
import { HEALTH_PATH, PANE_PATH } from "../server/app.js";
import { ask, type Answer } from "./client.js";
import { isLocked } from "./lock.js";
import { readRecord, type InstanceRecord } from "./record.js";

const REFUSED_RETRIES = 2;
const RETRY_MS = 100;

const health = v.looseObject({
  status: v.literal("ok"),
  state: v.picklist(["online", "offline", "unknown"]),
  clients: v.number(),
  version: v.string(),
});

/** A bridge that runs and answers. */
export interface FoundBridge {
  readonly kind: "running";
  readonly port: number;
  /** Of the pane. */
  readonly url: string;
  readonly version: string;
  /** Open panes. */
  readonly clients: number;
  /** The body of its health report. */
  readonly health: unknown;
  /** What it wrote down about itself; undefined if that is gone. */
  readonly record: InstanceRecord | undefined;
}

/** A bridge that runs, and does not respond as one should: it hangs, starts, refuses us, or serves another certificate. */
export interface UnresponsiveBridge {
  readonly kind: "unresponsive";
  /** Its process and port, as far as it has written them down. */
  readonly record: InstanceRecord | undefined;
  /** For a person, without a full stop. */
  readonly why: string;
  /** Whether it may still be starting, so that waiting can help. */
  readonly starting: boolean;
}

export type BridgeStatus = { readonly kind: "absent" } | FoundBridge | UnresponsiveBridge;

/** The bridge of `home`: where its record says, else on one of `ports`. Never rejects. */
export async function findBridge(home: Home, ports: readonly number[]): Promise<BridgeStatus> {
  const record = readRecord(home);
  const candidates = new Set(record === undefined ? ports : [record.port, ...ports]);
  const answers: Answer[] = [];
  for (const port of candidates) {
    const answer = await askHealth(home, port);
    const found = answer.kind === "answer" ? parse(answer.body) : undefined;
    if (answer.kind === "answer" && answer.status === 200 && found !== undefined) {
      const { version, clients } = found;
      const own = record?.port === port ? record : undefined;
      return { kind: "running", port, url: urlOf(port), version, clients, health: found, record: own };
    }
    // With our certificate, so it is ours, whatever it answers.
    if (answer.kind === "answer") return { kind: "unresponsive", record, why: refusal(answer.status), starting: false };
    answers.push(answer);
  }
  return withoutAnswer(home, record, record === undefined ? undefined : answers[0]);
}

/** A bridge that cannot find out at once which user asks refuses (403), and may know the next time. */
async function askHealth(home: Home, port: number): Promise<Answer> {
  let answer = await ask(home, port, HEALTH_PATH);
  for (let retry = 0; retry < REFUSED_RETRIES && answer.kind === "answer" && answer.status === 403; retry += 1) {
    await sleep(RETRY_MS);
    answer = await ask(home, port, HEALTH_PATH);
  }
  return answer;
}

/** `answer`: of the port that `record` names. */
async function withoutAnswer(
  home: Home,
  record: InstanceRecord | undefined,
  answer: Answer | undefined,
): Promise<BridgeStatus> {
  const locked = await isLocked(home);
  const isAlive = record !== undefined && isProcess(record.pid);
  // Where locks cannot be asked for, something that listens and a living process have to do.
  const runs = locked ?? (isAlive && answer?.kind !== "closed");
  if (!runs) return { kind: "absent" };
  // A start removes the record of the one before it.
  if (!isAlive || answer === undefined || answer.kind === "answer")
    return { kind: "unresponsive", record: undefined, why: "it is starting or stopping", starting: true };
  const why = answer.kind === "untrusted" ? `${answer.why}; were its certificate files replaced?` : answer.why;
  return { kind: "unresponsive", record, why, starting: false };
}

/** What is said about such a bridge, and what helps, the same in every command. */
export function unresponsiveText({ record, why, starting }: UnresponsiveBridge): {
  readonly what: string;
  readonly remedy: string;
} {
  const where = record === undefined ? "" : ` (process ${record.pid}, ${urlOf(record.port)})`;
  return {
    what: `the bridge is running but not responding${where}: ${why}`,
    remedy: starting
      ? "Try again in a moment."
      : `Stop it and start it again${record === undefined ? "" : `: end process ${record.pid}`}. \`outlook-offline-state logs\` says more.`,
  };
}

/** Whether there is a process with this id, also one of another user. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === "EPERM";
  }
}

export function urlOf(port: number): string {
  return `https://localhost:${port}${PANE_PATH}`;
}

function refusal(status: number): string {
  if (status === 200) return "its answer is of another version";
  const reason = status === 403 ? "it does not accept this user, or cannot find out which user asks" : "it refuses";
  return `${reason} (HTTP ${status})`;
}

function parse(body: string): v.InferOutput<typeof health> | undefined {
  try {
    const parsed = v.safeParse(health, JSON.parse(body));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
