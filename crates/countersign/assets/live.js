// Keeps a page up to date. While the page is visible, this module fetches it again, and puts what changed into the
// elements that are marked `data-live`. Everything else stays, so that typing is not disturbed.

/** The time between two fetches, in milliseconds. */
const PAUSE = 2000;

/** Whether a person is selecting text in this element, or has the focus there. */
function isInUse(element) {
  const selection = document.getSelection();
  const isSelected = !selection.isCollapsed && selection.containsNode(element, true);
  return isSelected || element.contains(document.activeElement);
}

/** Puts the content of the fetched page into the live elements, where it is another and nobody uses the old one. */
function update(fetched) {
  for (const element of document.querySelectorAll("[data-live]")) {
    const other = fetched.getElementById(element.id);
    if (other && !other.isEqualNode(element) && !isInUse(element)) {
      element.replaceChildren(...other.childNodes);
    }
  }
}

/** Fetches the page, if it is visible, and comes back after the pause. */
function refresh() {
  if (document.hidden) {
    setTimeout(refresh, PAUSE);
    return;
  }
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.setRequestHeader("accept", "text/html");
  request.responseType = "document";
  request.onload = () => request.status === 200 && update(request.response);
  request.onloadend = () => setTimeout(refresh, PAUSE);
  request.send();
}

if (document.querySelector("[data-live]")) {
  setTimeout(refresh, PAUSE);
}

/** The time after the last key at which a draft is previewed, in milliseconds. */
const REST = 400;

/** Previews the draft in this element while a person types: the form asks for its preview, and nothing is saved. */
function preview(element) {
  const form = element.querySelector("form");
  const shown = document.getElementById(element.dataset.draft);
  let waiting = 0;
  const ask = () => {
    const body = new URLSearchParams(new FormData(form));
    body.set("then", "preview");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.onload = () => {
      const other = request.status === 200 && request.response.getElementById(shown.id);
      if (other) {
        shown.replaceChildren(...other.childNodes);
      }
    };
    request.send(body);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, REST);
  });
}

document.querySelectorAll("[data-draft]").forEach(preview);
