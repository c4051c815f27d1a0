/* Runs first and also in Internet Explorer's engine, so it must be ECMAScript 5. */
(function () {
  "use strict";
  var modern =
    typeof window.WebSocket === "function" &&
    typeof Promise === "function" &&
    typeof Array.prototype.at === "function" &&
    typeof window.Intl === "object" &&
    typeof window.Intl.ListFormat === "function";
  if (modern) return;
  // Prevents main.ts from starting the pane in an engine that supports modules but is too old.
  window.outlookOfflineStateTooOld = true;

  function add(parent, name, text) {
    var element = document.createElement(name);
    if (text) element.appendChild(document.createTextNode(text));
    parent.appendChild(element);
    return element;
  }

  function show() {
    var body = document.body;
    var page = document.createElement("div");
    while (body.firstChild) body.removeChild(body.firstChild);
    page.className = "old-webview";
    page.id = "old-webview";
    page.setAttribute("role", "main");
    body.appendChild(page);
    var english = add(page, "div");
    english.lang = "en";
    add(english, "h1", "This Outlook is too old for this pane");
    add(
      english,
      "p",
      "Outlook shows add-ins here with an engine that is no longer maintained. The pane needs Microsoft Edge WebView2: " +
        "update Office (File > Office Account > Update Options > Update Now), or ask your administrator to install the " +
        "WebView2 Runtime, and open the pane again."
    );
    add(
      english,
      "p",
      "Until then, Outlook's own status bar, at the bottom of its window, shows whether you work offline."
    );
    var french = add(page, "div");
    french.lang = "fr";
    add(french, "h1", "Cet Outlook est trop ancien pour ce volet");
    add(
      french,
      "p",
      "Outlook affiche ici les compléments avec un moteur qui n’est plus maintenu. Le volet a besoin de Microsoft Edge " +
        "WebView2 : mettez Office à jour (Fichier > Compte Office > Options de mise à jour > Mettre à jour maintenant) " +
        "ou demandez à votre administrateur d’installer le runtime WebView2, puis rouvrez le volet."
    );
    add(
      french,
      "p",
      "D’ici là, la barre d’état d’Outlook, en bas de sa fenêtre, indique si vous travaillez hors connexion."
    );
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
})();
