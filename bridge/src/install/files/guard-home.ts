/** The home as it was before an installation that failed: one that was not there is not left behind. */
import { existsSync } from "node:fs";
import type { Home } from "../../home/home.js";
import { removeHome } from "./home.js";

export function guardHome(home: Home): { back(): void } {
  const wasThere = existsSync(home.path);
  return {
    back() {
      if (!wasThere) removeHome(home);
    },
  };
}
