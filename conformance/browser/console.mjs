// An operator sets a vendor up in the console of `countersign dev`, and follows a message, by forms and links alone.
import assert from "node:assert/strict";
import { SANDBOX, SERVICE, call, message, visitor } from "./visitor.mjs";

/** What the operator reads on buttons and links. */
const english = {
  operator: "Continue as operator", add: "Add a provider", saveAndTest: "Save and send a test message", send: "Send the test message",
  mend: "Mend this provider", save: "Save", saved: "Saved.", route: "Add a route", preview: "Preview", find: "Find",
  problem: "There is a problem",
};
const chinese = {
  operator: "以“运维”身份登录", add: "添加服务商", saveAndTest: "保存并发送测试短信", send: "发送测试短信", mend: "修正该服务商", save: "保存",
  saved: "已保存。", route: "添加路由", preview: "预览", find: "查找", problem: "有内容需要修改",
};

/** The messages that the vendor took for a number in E.164. */
async function taken(number) {
  const query = new URLSearchParams({ vendor: "chuanglan-international", to: number.slice(1) });
  return (await fetch(`${SANDBOX}/sandbox/messages?${query}`)).json();
}

/** From a provider with a wrong password to a message that arrived, and back to it by its number. */
async function walks(browser, look, words, provider, country, number) {
  const it = await visitor(browser, look);
  const { page } = it;
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  const follow = (name) => page.getByRole("link", { name, exact: true }).click();
  const field = (name) => page.locator(`[name="${name}"]`);
  const sendTest = async (button) => {
    await field("channel").selectOption("CHANNEL_LOGIN");
    await field("number").fill(number);
    await press(button);
    await page.locator("ol.timeline").waitFor();
  };
  await page.goto(`${SERVICE}/console/sms`);
  await press(words.operator);

  await follow(words.add);
  await follow("chuanglan-international");
  await press(words.save);
  await page.getByRole("heading", { name: words.problem }).waitFor();
  const focused = page.locator(":focus");
  assert.equal(await focused.getAttribute("class"), "summary");
  await it.looks({ fullPage: true });
  await field("name").fill(provider);
  await field("settings.account").fill("I0000001");
  await field("settings.endpoint").fill(SANDBOX);
  await field("secrets.password").fill("a-wrong-password");
  await sendTest(words.saveAndTest);
  await page.getByText("config_error").waitFor();
  await it.looks({ fullPage: true });

  await follow(words.mend);
  await field("secrets.password").fill("sandbox-password-0001");
  await press(words.save);
  await page.getByRole("status").filter({ hasText: words.saved }).waitFor();
  await page.goto(`${SERVICE}/console/sms`);
  await follow(words.route);
  await field("country").selectOption(country);
  await field("providers").selectOption(provider);
  await press(words.save);

  const text = "[{app}] {code} opens the door, for {minutes} minutes";
  await page.goto(`${SERVICE}/console/templates/edit?app=dev-app&channel=CHANNEL_LOGIN&language=en-US`);
  await field("text").fill(text);
  if (look.endsWith("no script")) {
    await press(words.preview);
  }
  await page.locator(".bubble", { hasText: "123456 opens the door, for 5 minutes" }).waitFor();
  await it.looks({ fullPage: true });
  await press(words.save);
  await page.getByRole("status").filter({ hasText: words.saved }).waitFor();

  await page.goto(`${SERVICE}/console/sms/providers/${provider}/test`);
  await sendTest(words.send);
  const message = page.url();
  assert.match((await taken(number))[0].text, /opens the door/);
  await page.goto(`${SERVICE}/console/messages`);
  await field("q").fill(number);
  await press(words.find);
  await page.locator(`a[href="${new URL(message).pathname}"]`).click();
  await page.locator("ol.timeline").getByText(provider, { exact: true }).waitFor();
  await it.looks({ fullPage: true });
  await it.leave(["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]);
}

/** The page of a message follows the message. */
async function follows(browser, phoneNumber) {
  const it = await visitor(browser, "desktop");
  const { page } = it;
  const code = { channel: "CHANNEL_LOGIN", phoneNumber };
  const application = { "x-authing-app-id": "dev-app" };
  const itsServer = { ...application, authorization: `Basic ${btoa("dev-app:dev-app-secret")}` };
  await call("send-sms", code, application);
  await page.goto(`${SERVICE}/console/messages`);
  await page.getByRole("button", { name: english.operator, exact: true }).click();
  await page.locator("tbody a").first().click();
  const [headline, timeline] = [page.locator("#headline"), page.locator("#timeline")];
  const steps = await timeline.locator("li").count();
  await timeline.evaluate((list) => (list.dataset.mark = "the page that was opened"));
  await call("verify-code", { ...code, passCode: (await message(phoneNumber)).passCode }, itsServer);
  await headline.filter({ hasText: "the right code was entered" }).waitFor();
  assert.equal(await timeline.locator("li").count(), steps + 1);
  assert.equal(await timeline.evaluate((list) => list.dataset.mark), "the page that was opened");
  await it.leave();
}

export const cases = [
  ["an operator sets a vendor up", (browser) => walks(browser, "desktop", english, "door", "GB", "+447400123456")],
  [
    "an operator sets a vendor up without JavaScript",
    (browser) => walks(browser, "no script", english, "window", "FR", "+33612345678"),
  ],
  [
    "an operator sets a vendor up in Chinese",
    (browser) => walks(browser, "chinese", chinese, "gate", "DE", "+4915123456789"),
  ],
  [
    "an operator sets a vendor up in Chinese without JavaScript",
    (browser) => walks(browser, "chinese, no script", chinese, "hatch", "ES", "+34612345678"),
  ],
  ["the page of a message follows it", (browser) => follows(browser, "+8618800008931")],
];
