// Keys for people who have both hands at the keyboard: `/` goes to the search, `g m` to the messages, `g o` to the overview. A person
// turns them off under "My settings", since speech and some keyboards press keys that nobody meant (WCAG 2.1.4).

/** The time within which the second key follows the first, in milliseconds. */
const TOGETHER = 1500;

/** Where the second key after `g` leads. */
const PLACES = { m: "/console/messages", o: "/console/overview" };

/** Whether a key is a part of what a person types or chooses, or of a command to the browser. */
function isTyping(event) {
  const isCommand = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return isCommand || event.target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Puts the focus into the search of this page, or opens the page that has one. */
function search() {
  const field = document.getElementById("q");
  if (field) {
    field.focus();
  } else {
    location.assign("/console/messages#q");
  }
}

let pressed = "";
let at = 0;

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) {
    return;
  }
  const isSecond = pressed === "g" && event.timeStamp - at < TOGETHER;
  [pressed, at] = [event.key, event.timeStamp];
  if (event.key === "/") {
    event.preventDefault();
    search();
  } else if (isSecond && Object.hasOwn(PLACES, event.key)) {
    location.assign(PLACES[event.key]);
  }
});

if (location.hash === "#q") {
  search();
}
