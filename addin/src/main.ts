import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/present.css";
import "./styles/means.css";
import "./styles/timeline.css";
import "./styles/details.css";
import "./styles/preferences.css";
import { PaneApp } from "./app.js";

// old-webview.js has then put another page in place of the pane.
if (!("outlookOfflineStateTooOld" in window)) new PaneApp().start();
