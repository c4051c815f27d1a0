/* Connects to the feed before the styles and the pane's own script are there; world.ts takes the socket over. It runs after
   old-webview.js, and like it in every engine: nothing newer than ECMAScript 5 here. */
(function () {
  "use strict";
  if (window.outlookOfflineStateTooOld) return;
  var early = { socket: null, heard: [] };
  try {
    early.socket = new WebSocket("wss://" + location.host + "/feed", "offline-state.v1");
  } catch (refused) {
    return;
  }
  early.socket.onmessage = function (event) {
    early.heard.push(event);
  };
  window.outlookOfflineStateEarly = early;
})();
