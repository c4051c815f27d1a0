import lock from "../../package-lock.json" with { type: "json" };

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly hasInstallScript: boolean;
  /** Whether the package is part of the product, not only of its development. */
  readonly shipped: boolean;
}

/** The lock file is npm's, so its values are checked. */
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Every package in the lock file. */
export const packages: readonly LockedPackage[] = Object.entries<object>(lock.packages)
  .filter(([path]) => path !== "")
  .map(([path, entry]) => ({
    name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
    version: "version" in entry ? text(entry.version) : "",
    license: "license" in entry ? text(entry.license) : "",
    hasInstallScript: "hasInstallScript" in entry,
    shipped: !("dev" in entry) && !("devOptional" in entry),
  }));
