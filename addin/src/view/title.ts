import type { State } from "../../../shared/src/protocol.js";
import offline from "../../icons/state-offline.svg";
import online from "../../icons/state-online.svg";
import unknown from "../../icons/state-unknown.svg";
import type { Words } from "../words/words.js";
import { setAttribute } from "./dom.js";

const ICONS: Readonly<Record<State, string>> = { online, offline, unknown };

/**
 * Says the state in the document's title and icon too: what is seen of a page that is in the background. The page has an empty
 * icon until then, because the browser would fetch and draw one while it connects to the feed.
 */
export function drawTitle(state: State, words: Words): void {
  const title = words.text(`title.${state}`);
  if (document.title !== title) document.title = title;
  let icon = document.querySelector('link[rel="icon"]');
  if (icon === null) {
    icon = document.createElement("link");
    icon.setAttribute("rel", "icon");
    document.head.append(icon);
  }
  setAttribute(icon, "type", "image/svg+xml");
  setAttribute(icon, "href", ICONS[state]);
}
