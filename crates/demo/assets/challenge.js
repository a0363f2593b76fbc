// Has the widget of ALTCHA solve the challenge of this page, and sends the form with the solution.
import "/altcha/altcha.js";

globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker("/altcha/pbkdf2.js"));
const place = document.querySelector("#challenge");
const widget = document.createElement("altcha-widget");
widget.setAttribute("challenge", place.dataset.challenge);
widget.setAttribute("name", "solution");
widget.setAttribute("auto", "onload");
widget.addEventListener("statechange", ({ detail }) => {
  if (detail.state === "verified") setTimeout(() => place.closest("form").requestSubmit());
});
place.append(widget);
