/**
 * The native module (`offline_state.node`, built from this folder), as JavaScript sees it.
 *
 * Everything is typed exactly except the status, which is `unknown`: parts of it were sent by an agent that may have another
 * version, so the state source validates it with the contract. A wrong argument throws a TypeError that names it.
 */
export interface NativeModule {
  /**
   * Reports the newest status of Outlook, now and after each change.
   *
   * @param options `dataDirectory`: absolute path; undefined or empty: that of the environment.
   * @param listener Called within one second, and then after each change, confirmation and reading. If several happen before the
   *   event loop gets to it, it is called once, with the newest. Promises and ticks run between two calls. An error that it throws
   *   is an uncaught exception.
   * @returns A subscription, which keeps the event loop alive until it is closed, whether the object is held or not.
   * @throws {Error} if the data directory has no address; the message names it.
   */
  subscribe(
    options: { readonly dataDirectory?: string | undefined },
    listener: (status: unknown) => void,
  ): NativeSubscription;

  /**
   * Whether the process at the other end of a loopback connection runs as this process's user. Makes one attempt, on a thread of
   * libuv's pool. Never rejects: if it cannot be determined, it is not the same user.
   */
  peerOfConnection(local: Endpoint, remote: Endpoint): Promise<PeerOwner>;

  /** On Windows only. */
  readonly windows?: WindowsFunctions;

  /**
   * Whether nobody can read any more what is written to the pipe or socket `descriptor`. Asks poll(), because Node notices a closed
   * pipe only when it writes. Not on Windows.
   */
  readonly isReaderGone?: (descriptor: number) => boolean;
}

export interface NativeSubscription {
  /** Asks the agent to read the state again or, while there is no agent, looks again whether Outlook runs. Returns at once. */
  refresh(): void;
  /** Ends the subscription: the listener is not called again. Idempotent; may be called from the listener. */
  close(): void;
}

/** An end of a TCP connection, as a net.Socket describes it. */
export interface Endpoint {
  /** An IPv4 or IPv6 address without a zone. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

export type PeerOwner =
  | { readonly sameUser: true }
  | {
      readonly sameUser: false;
      /** False if the system does not list the connection, or does not list it yet: another attempt may succeed. */
      readonly found: boolean;
      /** Why the peer is not accepted; English, for the log. */
      readonly why: string;
    };

/** What the installer and doctor need of Windows. The functions block, and throw an Error whose `code` is the Windows error. */
export interface WindowsFunctions {
  /** Adds a certificate (DER) to the user's trusted roots. Blocks while Windows asks the user to confirm. */
  addTrustedRoot(der: Buffer): void;
  /** Removes the certificate with this SHA-1 thumbprint; false if it is not there. Blocks like addTrustedRoot. */
  removeTrustedRoot(sha1: Buffer): boolean;
  /** Whether this user trusts it, including the roots of the machine and of policies. */
  isTrustedRoot(sha1: Buffer): boolean;
  /** The processes named OUTLOOK.EXE in this session. */
  runningOutlooks(): readonly OutlookProcess[];
  /** Path of the executable of process `id`; "" if there is no such process or it cannot be opened. */
  processImage(id: number): string;
  /** File version of an executable or DLL, e.g. "16.0.17328.20184"; "" if it has none. */
  fileVersion(path: string): string;
}

export interface OutlookProcess {
  readonly id: number;
  /** Path of the executable; "" if unknown. */
  readonly image: string;
  /** 0 if unknown. */
  readonly bits: 0 | 32 | 64;
  /** Null if unknown: a process that is not elevated cannot ask about an elevated one. */
  readonly elevated: boolean | null;
}
