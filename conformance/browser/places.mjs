// Opens every place of the console, in each language: of a service for development that has one of everything, and of an empty one in
// production.
import assert from "node:assert/strict";
import { SENT, furnish } from "./furnish.mjs";
import { cookieOf, linked, shown, shownInProduction } from "./pages.mjs";
import { joins } from "./people.mjs";
import { LOOKS, LOOKS_TOKEN, PRODUCTION, SANDBOX, call, next } from "./visitor.mjs";

export const LANGUAGES = ["en-US", "zh-CN"];

const ROLES = ["owner", "operator", "support", "auditor"];

/** All places, each with its service, and the cookie of who looks at it where that is not somebody of development. */
export async function places(browser) {
  const operator = { authorization: `Bearer ${LOOKS_TOKEN}` };
  await furnish({ service: LOOKS, sandbox: SANDBOX, operator });
  const found = await linked(LOOKS, await cookieOf(LOOKS, "owner"));
  const { data } = await call(`list-messages?limit=${SENT}`, undefined, operator, { service: LOOKS, method: "GET" });
  const messages = data.map(({ messageId }) => `/console/messages/${messageId}`);
  const invited = await call("invite-staff", { role: "operator", name: "Lin" }, operator, { service: LOOKS });
  const welcome = new URL(invited.data.link).pathname;
  const pages = [...new Set([...found, ...messages])].map((address) => ({ name: address, address, role: "owner", status: 200 }));
  const dev = [...pages, ...shown(found, messages, welcome)].map((place) => ({ ...place, service: LOOKS }));

  const owner = await joins(browser, "desktop", next(), "looks");
  const cookie = (await owner.context.cookies()).find(({ httpOnly }) => httpOnly);
  await owner.context.close();
  const own = `${cookie.name}=${cookie.value}`;
  const empty = (await linked(PRODUCTION, own)).map((address) => ({ name: `empty ${address}`, address, role: "owner", status: 200 }));
  const production = [...empty, ...shownInProduction()].map((place) => ({
    ...place, service: PRODUCTION, cookie: place.role ? own : undefined,
  }));
  return [...dev, ...production];
}

/** Opens every place in `language` and lets `look` look at it. Returns what is wrong with them: a sentence each. */
export async function visitAll(browser, language, all, look) {
  const context = await browser.newContext({ locale: language, viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = [];
  // Sessions of this window's own: one that has had a number shown shows it for a while.
  const roles = await Promise.all(ROLES.map(async (role) => [role, await cookieOf(LOOKS, role)]));
  const cookies = Object.fromEntries(roles);
  let at;
  const complain = (text) => faults.push(`${language} ${at.name}: ${text}`);
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && !tellsStatus(line.text(), at) && complain(line.text()));
  page.on("pageerror", (error) => complain(String(error)));
  for (const place of all) {
    at = place;
    await context.clearCookies();
    const cookie = place.cookie ?? cookies[place.role];
    if (cookie) {
      const [name, value] = cookie.split("=");
      await context.addCookies([{ name, value, url: place.service }]);
    }
    try {
      assert.equal(await open(page, place), place.status, "the status");
      (await look(page, place)).forEach(complain);
    } catch (error) {
      throw new Error(`${language} ${place.name}`, { cause: error });
    }
  }
  await context.close();
  return faults;
}

/** Opens a place. Returns the status of the page that is shown then. */
async function open(page, { service, address, then }) {
  let status;
  const note = (answer) => {
    status = answer.request().isNavigationRequest() ? answer.status() : status;
  };
  page.on("response", note);
  await page.goto(service + address);
  await then?.(page);
  page.off("response", note);
  return status;
}

/** Whether the browser says no more than that the answer had the status that it should have. */
function tellsStatus(text, { status }) {
  return status >= 400 && text.startsWith(`Failed to load resource: the server responded with a status of ${status} `);
}
