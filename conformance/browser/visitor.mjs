// A visitor in Chromium, and the messages that arrive for them. Screenshots are kept.
import assert from "node:assert/strict";

export const { PAGE, SERVICE, SANDBOX, OPERATOR_TOKEN, LOOKS, LOOKS_TOKEN, PRODUCTION, SHOTS } = process.env;

/** Links by which owners join the service in production, each good once. */
const links = (process.env.LINKS ?? "").split(" ");

/** The next link by which an owner joins. */
export const next = () => links.pop();

let shots = 0;

const looks = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 375, height: 667 }, colorScheme: "dark" },
  "no script": { viewport: { width: 375, height: 667 }, javaScriptEnabled: false },
  chinese: { viewport: { width: 375, height: 667 }, locale: "zh-CN" },
  "chinese, no script": { viewport: { width: 375, height: 667 }, locale: "zh-CN", javaScriptEnabled: false },
};

/** Makes a call of the API. Returns the envelope, which has this status; null stands for any. */
export async function call(name, body, headers, { service = SERVICE, status = 200, method = "POST" } = {}) {
  const all = { "content-type": "application/json", "x-authing-lang": "en-US", ...headers };
  const url = `${service}/api/v3/${name}`;
  const answer = await (await fetch(url, { method, headers: all, body: body && JSON.stringify(body) })).json();
  assert.ok(status === null || answer.statusCode === status, `${name}: ${JSON.stringify(answer)}`);
  return answer;
}

/** The newest message that arrived at a number in E.164. */
export async function message(number) {
  const query = new URLSearchParams({ phoneNumber: number });
  const [newest] = await (await fetch(`${SERVICE}/dev/outbox?${query}`)).json();
  assert.ok(newest, `a message to ${number}`);
  return newest;
}

/** A visitor who has never been here. */
export async function visitor(browser, look) {
  const context = await browser.newContext({ ...looks[look], deviceScaleFactor: 1 });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && complaints.push(line.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  return {
    context,
    page,
    /** Looks at the page as it is now: nothing is wider than the window. */
    looks: async (options) => {
      const [wide, room] = await page.locator("html").evaluate((html) => [html.scrollWidth, html.clientWidth]);
      assert.ok(wide <= room, `${wide} px of page in a window of ${room}`);
      const name = `${String(++shots).padStart(2, "0")}-${look.replaceAll(/\W+/g, "-")}.png`;
      await page.screenshot({ path: `${SHOTS}/${name}`, ...options });
    },
    /** Closes the browser, which complained of nothing but `expected`. */
    leave: async (expected = []) => {
      await context.close();
      assert.deepEqual(complaints, expected, "the complaints of the browser");
    },
  };
}
