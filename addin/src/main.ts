import "./styles/pane.css";
import { PaneApp } from "./app.js";

new PaneApp().start();
