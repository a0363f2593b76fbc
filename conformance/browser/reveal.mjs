// Somebody finds a message by its number, reads its timeline, has the whole number shown, and finds that act in the audit log.
import assert from "node:assert/strict";
import { keyboard, mouse } from "./hands.mjs";
import { SERVICE, call, visitor } from "./visitor.mjs";

/** What people read on buttons and links. */
const english = {
  owner: "Continue as owner", find: "Find", show: "Show the whole number", audit: "Audit log", revealed: "Whole number shown", menu: "Menu", problem: "There is a problem",
};
const chinese = {
  owner: "以“所有者”身份登录", find: "查找", show: "查看完整号码", audit: "审计日志", revealed: "查看完整号码", menu: "菜单", problem: "有内容需要修改",
};

async function reveals(browser, look, words, number, hands = mouse) {
  await call("send-sms", { channel: "CHANNEL_LOGIN", phoneNumber: number }, { "x-authing-app-id": "dev-app" });
  const it = await visitor(browser, look);
  const { page } = it;
  const hand = hands(page);
  await page.goto(`${SERVICE}/console/messages`);
  await hand.press(words.owner);
  await hand.type("q", number);
  await hand.press(words.find);
  await page.waitForURL(/number=~/);
  assert.ok(!page.url().includes(number.slice(1)), "no address has a number");
  await hand.open(page.locator("tbody th a").first());
  await page.locator("ol.timeline").waitFor();
  const message = page.url().split("/").at(-1);
  const shown = page.locator("#number");
  assert.notEqual(await shown.textContent(), number, "the number is masked");

  await hand.press(words.show);
  await page.getByRole("heading", { name: words.problem }).waitFor();
  await it.looks({ fullPage: true });
  await hand.type("reason", "the caller asks for it");
  await hand.press(words.show);
  await shown.filter({ hasText: number }).waitFor();
  await it.looks({ fullPage: true });

  const menu = page.getByRole("button", { name: words.menu, exact: true });
  if (await menu.isVisible()) {
    await hand.open(menu);
  }
  await hand.follow(words.audit);
  const act = page.locator("tbody tr", { hasText: message }).first();
  await act.filter({ hasText: words.revealed }).waitFor();
  assert.ok(!(await page.content()).includes(number.slice(1)), "the audit log has no number");
  await it.looks();
  await it.leave(["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]);
}

export const cases = [
  ["an owner has a number shown, and the audit log says so", (browser) => reveals(browser, "desktop", english, "+14155550160")],
  ["the same without JavaScript", (browser) => reveals(browser, "no script", english, "+14155550161")],
  ["the same in Chinese", (browser) => reveals(browser, "chinese", chinese, "+14155550162")],
  ["the same in Chinese without JavaScript", (browser) => reveals(browser, "chinese, no script", chinese, "+14155550163")],
  ["the same by keyboard", (browser) => reveals(browser, "desktop", english, "+14155550164", keyboard)],
  ["the same by keyboard on a phone, in Chinese", (browser) => reveals(browser, "chinese", chinese, "+14155550165", keyboard)],
];
