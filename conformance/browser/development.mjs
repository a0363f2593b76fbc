// People read the pages of `countersign dev`: the start page, the inbox and the reference.
import assert from "node:assert/strict";
import { SERVICE, call, message, visitor } from "./visitor.mjs";

/** Sends a code to a number in E.164. Returns it. */
async function send(number) {
  const body = { channel: "CHANNEL_LOGIN", phoneNumber: number };
  await call("send-sms", body, { "x-authing-app-id": "dev-app" });
  return (await message(number)).passCode;
}

/** A newcomer reads the first calls, and goes on to the inbox by keyboard. */
async function startsHere(browser, look) {
  const it = await visitor(browser, look);
  await it.page.goto(`${SERVICE}/`);
  await it.page.getByRole("heading", { level: 1, name: "Countersign is running" }).waitFor();
  for (const endpoint of ["send-sms", "verify-code"]) {
    await it.page.getByText(`curl -s ${SERVICE}/api/v3/${endpoint}`).waitFor();
  }
  await it.looks({ fullPage: true });
  await it.page.keyboard.press("Tab");
  assert.equal(await it.page.locator(":focus").textContent(), "Skip to the content");
  await it.page.getByRole("navigation").getByRole("link", { name: "Inbox" }).focus();
  await it.page.keyboard.press("Enter");
  await it.page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  await it.leave();
}

/** A code appears in the open inbox by itself, and what the reader is typing stays. */
async function seesACodeArrive(browser, look, number) {
  const it = await visitor(browser, look);
  await it.page.goto(`${SERVICE}/dev/outbox`);
  const field = it.page.getByLabel("Phone number");
  await field.pressSequentially("+1415");
  const code = await send(number);
  const arrived = it.page.getByRole("article").filter({ hasText: number });
  await arrived.getByText(code, { exact: true }).waitFor();
  assert.equal(await field.inputValue(), "+1415");
  assert.ok(await field.evaluate((input) => input === document.activeElement), "the focus stays");
  await it.looks();
  await it.leave();
}

/** Without a script the reader asks for newer messages. */
async function refreshes(browser, number) {
  const it = await visitor(browser, "no script");
  await it.page.goto(`${SERVICE}/dev/outbox`);
  const code = await send(number);
  await it.page.getByRole("link", { name: "Refresh" }).click();
  await it.page.getByRole("article").first().getByText(code, { exact: true }).waitFor();
  await it.looks();
  await it.leave();
}

/** A reader searches by keyboard: for a number that is none, and for one of two that got messages. */
async function searches(browser, look, number, other) {
  const codes = [await send(number), await send(other)];
  const it = await visitor(browser, look);
  await it.page.goto(`${SERVICE}/dev/outbox?phoneNumber=12`);
  const field = it.page.getByLabel("Phone number");
  await it.page.getByText("not a valid number of its country").waitFor();
  assert.ok(await field.evaluate((input) => input === document.activeElement), "nobody needs to click first");
  await it.looks();
  await field.fill(`${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`);
  await field.press("Enter");
  await it.page.getByText(codes[0], { exact: true }).waitFor();
  assert.equal(await it.page.getByRole("article").count(), 1);
  assert.equal(await field.inputValue(), number);
  await it.looks();
  await it.page.getByRole("link", { name: "All numbers" }).click();
  await it.page.getByText(codes[1], { exact: true }).waitFor();
  await it.leave(["Failed to load resource: the server responded with a status of 400 (Bad Request)"]);
}

/** A newcomer reads the reference from its start, with all operations in sight. */
async function readsTheReference(browser, look) {
  const it = await visitor(browser, look);
  await it.page.goto(`${SERVICE}/docs`);
  await it.page.getByText(`curl -s ${SERVICE}/api/v3/send-sms`).waitFor();
  const tags = it.page.locator(".opblock-tag");
  await tags.first().waitFor();
  const names = await tags.evaluateAll((all) => all.map((tag) => tag.dataset.tag));
  assert.deepEqual(names, ["Codes", "Application server", "Anyone", "Management"]);
  const operations = it.page.locator(".opblock-summary-path");
  assert.match(await operations.first().innerText(), /send-sms/);
  assert.ok(await operations.last().isVisible(), "every operation is shown");
  await it.looks();
  return it;
}

/** A newcomer sends a code on the page of the reference. */
async function triesTheReference(browser) {
  const it = await readsTheReference(browser, "desktop");
  const operation = it.page.locator(".opblock").first();
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).click();
  await operation.locator(".live-responses-table").getByText('"Operation successful"').waitFor();
  await it.looks({ fullPage: true });
  await it.leave();
}

const widths = ["desktop", "phone", "dark"];

export const cases = [
  ...widths.map((look) => [`a newcomer reads the start page: ${look}`, (browser) => startsHere(browser, look)]),
  ["a code appears in the open inbox", (browser) => seesACodeArrive(browser, "desktop", "+14155550140")],
  ["a code appears in the open inbox on a phone", (browser) => seesACodeArrive(browser, "phone", "+8618800008930")],
  ["a reader without JavaScript refreshes the inbox", (browser) => refreshes(browser, "+14155550141")],
  ["a reader searches the inbox in the dark", (browser) => searches(browser, "dark", "+14155550142", "+14155550143")],
  ...widths.slice(1).map((look) => [
    `a newcomer reads the reference: ${look}`,
    async (browser) => (await readsTheReference(browser, look)).leave(),
  ]),
  ["a newcomer sends a code on the reference", triesTheReference],
];
