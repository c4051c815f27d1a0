import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/status.css";
import "./styles/guidance.css";
import "./styles/timeline.css";
import "./styles/details.css";
import "./styles/preferences.css";
import { PaneApp } from "./app.js";
import type { Languages, Strings } from "./i18n/translator.js";

/** Every file in addin/strings; a language is added by adding a file. */
function loadLanguages(): Languages {
  const files = import.meta.webpackContext("../strings", { regExp: /\.json$/ });
  return Object.fromEntries(files.keys().map((name) => [name.slice(2, -5), files(name) as Strings]));
}

// Otherwise old-webview.js has replaced the page.
if (!("outlookOfflineStateTooOld" in window)) new PaneApp(loadLanguages()).start();
