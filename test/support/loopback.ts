import { networkInterfaces } from "node:os";

const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));

/** The loopback addresses of this machine: some have no IPv6. */
export const LOOPBACK: readonly string[] = HAS_IPV6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

/** The IPv6 loopback address, or the only one where there is no IPv6. */
export const OTHER_LOOPBACK = HAS_IPV6 ? "::1" : "127.0.0.1";
