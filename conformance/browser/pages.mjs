// The places of the console: every page that links lead to, found by following them, and what an answer to a form shows.

/** Parts of an address after which a name stands that says nothing about the page. */
const NAMED = new Set(["providers", "rules", "refusals", "applications", "messages", "staff", "countries", "regions", "test-numbers"]);

/** A message that nobody sent. */
const NOWHERE = "/console/messages/01a1ffdc-fcf5-7981-820b-5bfb6088c457";

/** The page with a draft that begins with a limit. */
const DRAFT = "/console/limits/replay?limit=app-day";

/** What pages at addresses like this one have in common: the path without names, and which fields the query has. */
function kindOf(address) {
  const url = new URL(address, "http://console");
  const isLimitOfAnApplication = (before, at) => before === "limits" && at > 3;
  const isName = (before, at) => at > 2 && (NAMED.has(before) || isLimitOfAnApplication(before, at));
  const parts = url.pathname.split("/").map((part, at, all) => (isName(all[at - 1], at) ? "NAME" : part));
  const asked = [...url.searchParams.keys()].sort();
  return [parts.join("/"), ...asked].join(" ");
}

/** The cookie of somebody who signs in to a service for development, in this role. */
export async function cookieOf(service, role) {
  const headers = { origin: service, "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${service}/console/sign-in`, { method: "POST", headers, body: `role=${role}`, redirect: "manual" });
  return answer.headers.getSetCookie()[0].split(";")[0];
}

/** The addresses of the pages that links lead to from the overview: one of each kind, and every message of the newest page. */
export async function linked(service, cookie) {
  const found = new Map();
  const waiting = ["/console/overview"];
  while (waiting.length) {
    const address = waiting.shift();
    const answer = await fetch(service + address, { headers: { cookie }, redirect: "manual" });
    if (answer.status !== 200) {
      throw new Error(`${address} is linked, and answers HTTP ${answer.status}`);
    }
    const links = (await answer.text()).matchAll(/ href="(\/console\/[^"]*)"/g);
    for (const [, link] of links) {
      const to = link.replaceAll("&#38;", "&");
      const kind = kindOf(to);
      const isPage = !to.startsWith("/console/assets/") && !/\.(csv|jsonl)$/.test(new URL(to, service).pathname);
      if (isPage && !found.has(kind)) {
        found.set(kind, to);
        waiting.push(to);
      }
    }
  }
  return [...found.values()];
}

/** Presses the button at this place of the form that is sent to `action`, and waits for the page that comes. */
async function send(page, action, button = 0) {
  const buttons = page.locator(`form[action="${action}"][method="post"] button`);
  await Promise.all([page.waitForNavigation(), buttons.nth(button).click()]);
}

/** Fills fields, by their names. */
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    await page.locator(`main [name="${name}"]`).first().fill(value);
  }
}

/** Opens `address`, fills its form and sends it. */
const answered = (name, address, values, status, { action = address, button = 0, role = "owner" } = {}) => ({
  name, address, role, status,
  then: async (page) => {
    await fill(page, values);
    await send(page, action, button);
  },
});

/** A page as somebody in another role sees it. */
const seenBy = (role, address, status = 200) => ({ name: `${address} ${role}`, address, role, status });

/** What the forms of a service with data answer, and what other people see. */
export function shown(found, messages, welcome) {
  const message = messages[0];
  const limit = found.find((address) => /\/limits\/(rules\/)?[a-z]+-[a-z-]+$/.test(address));
  const reveal = { action: `${message}/reveal` };
  return [
    answered("provider refused", "/console/sms/kinds/tencent-cloud", { name: "No such name" }, 422),
    answered("http refused", "/console/sms/kinds/http", { name: "bridge", "settings.headers": "{" }, 422),
    answered("http request", "/console/sms/kinds/http", { name: "bridge", "settings.url": "https://vendor.example/{to}/{code}" }, 200, {
      button: 2,
    }),
    { name: "route that holds", address: "/console/sms?app=&country=JP", role: "owner", status: 200 },
    answered("test refused", "/console/sms/providers/aliyun/test", { number: "12" }, 422),
    answered("delete refused", "/console/sms/providers/aliyun/delete", {}, 422),
    answered("route refused", "/console/sms/routes/new", { shares: "3, x" }, 422),
    answered("template refused", "/console/templates/edit?channel=CHANNEL_BIND_PHONE&language=en-US", { text: "no code" }, 422, {
      action: "/console/templates/edit",
    }),
    answered("limit refused", limit, { max: "many" }, 422),
    answered("application refused", "/console/new-application", { id: "no spaces", appName: "" }, 422),
    answered("application created", "/console/new-application", { appName: "Made in a form" }, 200),
    { name: "application changed", address: "/console/applications/shop", role: "owner", status: 409, then: outdated },
    answered("search refused", "/console/messages", { q: "12" }, 422),
    answered("search without a hit", "/console/messages", { q: "+14155559999" }, 200),
    { name: "messages to a number", address: message, role: "owner", status: 200, then: (page) => send(page, `${message}/to-number`) },
    answered("reveal refused", message, {}, 422, reveal),
    answered("revealed", message, { reason: "the caller asks" }, 200, reveal),
    answered("unlocked", message, { note: "the caller asks" }, 200, { action: `${message}/unlock` }),
    answered("inbox refused", "/console/inbox", { number: "12" }, 422),
    answered("inbox without a hit", "/console/inbox", { number: "+14155559999" }, 200),
    answered("country refused", "/console/sms/countries", { q: "+14155559999" }, 422, { action: "/console/sms/countries/find" }),
    answered("country watched", "/console/sms/countries/DE", { note: "a new market" }, 200),
    answered("region refused", "/console/sms/countries/regions/europe", {}, 422),
    answered("mode of the guard saved", "/console/limits/guard/mode", {}, 200),
    answered("draft tried", DRAFT, { days: "7" }, 200, { action: "/console/limits/replay" }),
    answered("draft without a change", DRAFT, {}, 422, { action: "/console/limits/replay/adopt" }),
    answered("invited", "/console/settings/staff", { name: "" }, 200),
    answered("settings saved", "/console/me", {}, 200),
    answered("test number refused", "/console/settings/test-numbers", { number: "12", "secrets.passCode": "1" }, 422),
    answered("erasure refused", "/console/settings/erasure", { number: "12" }, 422),
    answered("erasure shown", "/console/settings/erasure", { number: "+14155559999", note: "request 4711" }, 200),
    answered("record verified", "/console/audit", {}, 200),
    { name: "record filtered", address: "/console/audit?result=refused", role: "owner", status: 200 },
    { name: "record with a bad day", address: "/console/audit?from=2026-11-02&to=2026-11-01", role: "owner", status: 422 },
    { name: "sign in of development", address: "/console/sign-in", role: null, status: 200 },
    { name: "welcome", address: welcome, role: null, status: 200 },
    { name: "welcome refused", address: welcome, role: null, status: 422, then: (page) => press(page, "main form button") },
    { name: "welcome over", address: "/console/welcome/over", role: null, status: 404 },
    { name: "nothing there", address: NOWHERE, role: "owner", status: 404 },
    seenBy("support", "/console/settings", 403),
    seenBy("support", "/console/sms"),
    seenBy("support", message),
    seenBy("auditor", "/console/sms/providers/aliyun"),
    seenBy("auditor", "/console/templates/edit?app=shop&channel=CHANNEL_LOGIN&provider=tencent&kind=vendor"),
    seenBy("auditor", limit),
    seenBy("auditor", "/console/settings/staff"),
    seenBy("auditor", message),
  ];
}

/** Presses what a selector finds first, and waits for the page that comes. */
async function press(page, selector) {
  await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
}

/** Sends a form of which somebody else has changed the content meanwhile. */
async function outdated(page) {
  await page.locator('main [name="version"]').evaluate((input) => { input.value = "0"; });
  await fill(page, { appName: "Another name" });
  await press(page, "main form button");
}

/** What people see who sign in to a service in production. */
export function shownInProduction() {
  return [
    { name: "sign in", address: "/console/sign-in", role: null, status: 200 },
    answered("sign in refused", "/console/sign-in", { name: "nobody", password: "not a password" }, 422, { role: null }),
    { name: "confirm", address: "/console/confirm?next=/console/settings/staff", role: "owner", status: 200 },
    answered("confirm refused", "/console/confirm?next=/console/settings/staff", { proof: "000000" }, 422, {
      action: "/console/confirm",
    }),
    { name: "codes gone", address: "/console/me/codes", role: "owner", status: 200 },
    answered("password refused", "/console/me", { "new-password": "short" }, 422, { action: "/console/me/password" }),
  ];
}
