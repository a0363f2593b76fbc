// People sign in on the page of `countersign demo`.
import assert from "node:assert/strict";
import { OPERATOR_TOKEN, PAGE, call, message, visitor } from "./visitor.mjs";

/** Another code of the same length. */
const wrong = (code) => String((Number(code) + 1) % 10 ** code.length).padStart(code.length, "0");

/** A visitor who signs in. */
async function signer(browser, look) {
  const it = await visitor(browser, look);
  const { page } = it;
  return {
    ...it,
    says: async (text) => {
      await page.getByRole("status").filter({ hasText: text }).waitFor();
      await it.looks();
    },
    ask: async (number) => {
      await page.goto(PAGE);
      await page.getByLabel("mobile number").fill(number);
      await page.getByRole("button", { name: "Send me a code" }).click();
    },
    type: async (code) => {
      await page.getByLabel("code").fill(code);
      await page.getByRole("button", { name: "Sign in" }).click();
    },
  };
}

/** From the number to the signed-in page, past a bad number and a wrong code; the code is dead then. */
async function signsIn(browser, look, number) {
  const it = await signer(browser, look);
  await it.ask("12345");
  await it.says("not a mobile number");
  await it.ask(number);
  await it.says("sent");
  assert.equal(await it.page.locator(":focus").getAttribute("name"), "code", "nobody needs to click first");
  const { passCode } = await message(`+86${number}`);
  await it.type(wrong(passCode));
  await it.says("Tries left: 4");
  await it.type(passCode);
  await it.says(`Signed in as +86188****${number.slice(-4)}`);
  await it.page.getByRole("button", { name: "Sign out" }).click();
  await it.page.getByLabel("mobile number").waitFor();
  await it.leave();

  const thief = await signer(browser, look);
  await thief.ask(number);
  await thief.says("again");
  await thief.type(passCode);
  await thief.says("no longer");
  await thief.page.goto(PAGE);
  await thief.page.getByLabel("mobile number").waitFor();
  await thief.leave();
}

/** The browser's part of WebOTP is played here: it hands the code of the message to a page of that name. */
async function fillsIn(browser, number) {
  const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` };
  await call("update-application", { appId: "dev-app", webHost: "localhost" }, operator);

  const it = await signer(browser, "phone");
  await it.context.exposeFunction("received", async () => {
    const { text } = await message(`+86${number}`);
    return text.match(/\n@localhost #(\d{6})$/)[1];
  });
  await it.context.addInitScript(() => {
    window.OTPCredential = class {};
    navigator.credentials.get = async ({ otp }) => otp && { code: await window.received() };
  });
  await it.ask(number);
  await it.says(`Signed in as +86188****${number.slice(-4)}`);
  await it.leave();
}

/** The demo links to the inbox of the running service, which opens in a tab of its own. */
async function readsTheInbox(browser, number) {
  const it = await signer(browser, "desktop");
  await it.ask(number);
  await it.says("sent");
  const opens = it.context.waitForEvent("page");
  await it.page.getByRole("link", { name: "Open the inbox" }).click();
  const { passCode } = await message(`+86${number}`);
  await (await opens).getByText(passCode).first().waitFor();
  await it.type(passCode);
  await it.says(`Signed in as +86188****${number.slice(-4)}`);
  await it.leave();
}

/** A limit asks for a challenge: the widget solves it, and the code arrives. */
async function meetsAChallenge(browser, look, number) {
  const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` };
  await call("update-application", { appId: "dev-app", challenges: true }, operator);
  try {
    const it = await signer(browser, look);
    const solutions = [];
    it.page.on("request", (request) => request.postData()?.includes("solution=") && solutions.push(request.url()));
    await it.ask(number);
    const sent = it.page.getByRole("status").filter({ hasText: "We sent a code" });
    await sent.waitFor({ timeout: 60_000 }); // the browser computes meanwhile
    assert.deepEqual(solutions, [`${PAGE}/code`]);
    await it.looks();
    const { passCode } = await message(`+86${number}`);
    await it.type(passCode);
    await it.says(`Signed in as +86188****${number.slice(-4)}`);
    await it.leave();
  } finally {
    await call("update-application", { appId: "dev-app", challenges: false }, operator);
  }
}

async function readsChinese(browser, number) {
  const it = await signer(browser, "chinese");
  await it.page.goto(PAGE);
  await it.page.getByLabel("手机号").fill(number);
  await it.page.getByRole("button", { name: "获取验证码" }).click();
  await it.says(`验证码已发送至 ${number}`);
  const { passCode } = await message(`+86${number}`);
  await it.page.getByLabel("验证码").fill(passCode);
  await it.page.getByRole("button", { name: "登录" }).click();
  await it.says(`已登录：+86188****${number.slice(-4)}`);
  await it.leave();
}

export const cases = [
  ["a visitor signs in, and the code is used up", (browser) => signsIn(browser, "desktop", "18800008920")],
  ["the same on a phone, 375 px wide", (browser) => signsIn(browser, "phone", "18800008921")],
  ["the same in the dark", (browser) => signsIn(browser, "dark", "18800008922")],
  ["the same without JavaScript", (browser) => signsIn(browser, "no script", "18800008923")],
  ["a visitor reads the code in the inbox", (browser) => readsTheInbox(browser, "18800008925")],
  ["a visitor whose browser is Chinese reads Chinese", (browser) => readsChinese(browser, "18800008926")],
  ["a visitor meets a challenge, which the widget solves", (browser) => meetsAChallenge(browser, "desktop", "18800008927")],
  ["the same on a phone", (browser) => meetsAChallenge(browser, "phone", "18800008928")],
  ["a message for webHost localhost fills itself in", (browser) => fillsIn(browser, "18800008924")],
];
