// Keeps a page up to date. What changed goes into the elements that are marked `data-live`, and everything else stays, so that
// typing is not disturbed. The value of the mark is what the page is about: the service tells of changes of that in a stream.
// Where the mark has no value, the page fetches itself again and again.

/** The time between two fetches of a page that nobody tells of changes, in milliseconds. */
const PAUSE = 2000;

/** The time after which a stream that was refused is asked for again, in milliseconds. */
const REFUSED = 15000;

/** Whether a person is selecting text in this element, or has the focus there. */
function isInUse(element) {
  const selection = document.getSelection();
  const isSelected = !selection.isCollapsed && selection.containsNode(element, true);
  return isSelected || element.contains(document.activeElement);
}

/** Opens what a person has opened in the old element in the new one too. */
function keepOpen(element, other) {
  const opened = [...element.querySelectorAll("details")].map((details) => details.open);
  other.querySelectorAll("details").forEach((details, place) => {
    details.open = opened[place] ?? details.open;
  });
}

/** Puts the content of the fetched page into the live elements, where it is another and nobody uses the old one. */
function update(fetched) {
  for (const element of document.querySelectorAll("[data-live]")) {
    const other = fetched.getElementById(element.id);
    if (!other) {
      continue;
    }
    keepOpen(element, other);
    if (!other.isEqualNode(element) && !isInUse(element)) {
      element.replaceChildren(...other.childNodes);
    }
  }
}

/** Fetches the page and updates this one. Then calls `next`. */
function refresh(next) {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.setRequestHeader("accept", "text/html");
  request.responseType = "document";
  request.onload = () => request.status === 200 && update(request.response);
  request.onloadend = next;
  request.send();
}

/** Fetches the page after a pause, and again after another one, while it is visible. */
function poll() {
  setTimeout(() => (document.hidden ? poll() : refresh(poll)), PAUSE);
}

/** Fetches the page whenever the service says that `subject` has changed. The stream is open while the page is visible. */
function listen(subject) {
  let stream = null;
  let isFetching = false;
  let isBehind = false;
  const fetchPage = () => {
    isBehind = isFetching;
    if (!isFetching) {
      isFetching = true;
      refresh(() => {
        isFetching = false;
        if (isBehind) {
          fetchPage();
        }
      });
    }
  };
  const close = () => {
    stream?.close();
    stream = null;
  };
  const open = () => {
    if (document.hidden || stream) {
      return;
    }
    stream = new EventSource(`/console/live?for=${subject}`);
    // What changed while no stream was open is on the page that is fetched now.
    stream.onopen = fetchPage;
    stream.addEventListener("changed", fetchPage);
    stream.onerror = () => {
      if (stream?.readyState === EventSource.CLOSED) {
        close();
        setTimeout(open, REFUSED);
      }
    };
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

const live = document.querySelector("[data-live]");
if (live) {
  const subject = live.dataset.live;
  subject ? listen(subject) : poll();
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

/** Puts a button behind this element that copies its text. */
function offerCopy(element) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = element.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(element.textContent);
    button.textContent = element.dataset.copied;
  });
  element.after(button);
}

if (navigator.clipboard) {
  document.querySelectorAll("[data-copy]").forEach(offerCopy);
}
