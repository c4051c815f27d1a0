// The page of the floors and the rivals: blank, but for one word. It shows the state as directly as a page can.
const JOIN = {
  ws: `new WebSocket("wss://" + location.host + "/feed").onmessage = (event) => show(JSON.parse(event.data));`,
  sse: `new EventSource("/sse").addEventListener("change", (event) => show(JSON.parse(event.data)));`,
  "socket.io": `io({ transports: ["websocket"] }).on("change", show);`,
};

/** @param {keyof typeof JOIN} kind */
export function blankPage(kind) {
  const client = kind === "socket.io" ? '<script src="/client.js"></script>' : "";
  return `<!doctype html><meta charset="utf-8"><title>Blank</title><link rel="icon" href="data:,"><p id="word">unknown</p>${client}
<script>const word = document.getElementById("word"); const show = ({ state }) => { if (state) word.textContent = state; }; ${JOIN[kind]}</script>`;
}
