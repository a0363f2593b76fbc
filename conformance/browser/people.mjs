// People of a service in production: the first owner joins by a link, signs in with a code of an app, gives an application a new secret
// and invites somebody for support, who sees less.
import assert from "node:assert/strict";
import { judged } from "./axe.mjs";
import { keyboard } from "./hands.mjs";
import { totp } from "./totp.mjs";
import { PRODUCTION, next, visitor } from "./visitor.mjs";

const PASSWORD = "correct horse battery";

/** What people read on buttons, links and pages. */
const english = {
  join: "Join", signOut: "Sign out", signIn: "Sign in", goOn: "Continue", kept: "I have kept them: go to the overview", menu: "Menu",
  overview: "Overview", problem: "There is a problem", create: "Create the application", copied: "I have copied it",
  newSecret: "Give it a new secret", renew: "Make a new secret", invite: "Make the link", notPermitted: "Your role may not do this",
};
const chinese = {
  join: "加入", signOut: "退出登录", signIn: "登录", goOn: "继续", kept: "我已保存，前往概览", menu: "菜单", overview: "概览",
  problem: "有内容需要修改", create: "创建应用", copied: "我已复制", newSecret: "更换密钥", renew: "生成新密钥", invite: "生成链接",
  notPermitted: "您的角色不能执行此操作",
};

/** Somebody who joined by `link`, and the secret of their app. */
export async function joins(browser, look, link, name, words = english, needsApp = true) {
  const it = await visitor(browser, look);
  await it.page.goto(link);
  const secret = await it.page.locator("#totp-secret").textContent();
  await it.page.locator('[name="name"]').fill(name);
  await it.page.locator('[name="password"]').fill(PASSWORD);
  if (needsApp) {
    await it.page.locator('[name="code"]').fill(totp(secret));
  }
  await it.looks({ fullPage: true });
  await it.page.getByRole("button", { name: words.join, exact: true }).click();
  if (needsApp) {
    await it.page.locator("ul.codes li").nth(9).waitFor();
    await it.looks({ fullPage: true });
    assert.deepEqual(look.endsWith("no script") ? [] : await judged(it.page), []);
    await it.page.getByRole("link", { name: words.kept }).click();
  }
  await it.page.getByRole("heading", { level: 1, name: words.overview }).waitFor();
  return { ...it, secret };
}

/** An owner from the link to an invited person, by pages and forms alone. */
async function owns(browser, look, words) {
  const name = `owner, ${look}`;
  const it = await joins(browser, look, next(), name, words);
  const { page } = it;
  const press = (button) => page.getByRole("button", { name: button, exact: true }).click();
  const field = (called) => page.locator(`main [name="${called}"]`);

  // Signs in with the code that the app shows next: one that was used passes no more.
  await press(words.signOut);
  await field("name").fill(name);
  await field("password").fill(PASSWORD);
  await press(words.signIn);
  await field("code").fill("000000");
  await press(words.goOn);
  await page.getByRole("heading", { name: words.problem }).waitFor();
  await it.looks();
  await field("code").fill(totp(it.secret, 1));
  await press(words.goOn);
  await page.getByRole("heading", { level: 1, name: words.overview }).waitFor();

  await givesANewSecret(it, words, press, field, `app-${look.replaceAll(/\W+/g, "-")}`);
  const link = await invites(it, words, press, field);
  await it.leave(["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]);
  await supports(browser, look, words, link);
}

/** An application is created, and gets a new secret. Each secret is shown once. */
async function givesANewSecret(it, words, press, field, id) {
  const { page } = it;
  await page.goto(`${PRODUCTION}/console/new-application`);
  await field("appName").fill("Shop");
  await field("id").fill(id);
  await press(words.create);
  const first = await page.locator("#secret").textContent();
  await page.getByRole("link", { name: words.copied }).click();
  await page.getByRole("link", { name: words.newSecret }).click();
  await press(words.renew);
  const second = await page.locator("#secret").textContent();
  assert.ok(second.length >= 32 && second !== first);
  await it.looks({ fullPage: true });
  await page.getByRole("link", { name: words.copied }).click();
  assert.ok(!(await page.content()).includes(second), "a secret is shown once");
}

/** Somebody is invited for support. Returns the link. */
async function invites(it, words, press, field) {
  await it.page.goto(`${PRODUCTION}/console/settings/staff`);
  await field("role").selectOption("support");
  await press(words.invite);
  await it.looks();
  return it.page.locator("#link").textContent();
}

/** Somebody of support joins, and sees neither settings nor templates. */
async function supports(browser, look, words, link) {
  const it = await joins(browser, look, link, `support, ${look}`, words, false);
  const links = await it.page.locator("#areas a").evaluateAll((all) => all.map((link) => new URL(link.href).pathname));
  assert.deepEqual(links, ["/console/overview", "/console/messages", "/console/sms", "/console/limits"]);
  await it.page.goto(`${PRODUCTION}/console/settings/staff`);
  await it.page.getByRole("heading", { level: 1, name: words.notPermitted }).waitFor();
  await it.looks();
  await it.leave(["Failed to load resource: the server responded with a status of 403 (Forbidden)"]);
}

/** An owner signs in and opens a page on a phone, with no mouse and no finger. */
async function typesOnly(browser, look, words) {
  const owner = await joins(browser, look, next(), `keys, ${look}`, words);
  await owner.leave();
  const it = await visitor(browser, look);
  const { page } = it;
  const keys = keyboard(page);
  await page.goto(`${PRODUCTION}/console/settings/staff`);
  await keys.type("name", `keys, ${look}`);
  await keys.type("password", PASSWORD);
  await keys.enter();
  await page.locator('[name="code"]').waitFor();
  await keys.type("code", totp(owner.secret, 1));
  await keys.press(words.goOn);
  await page.locator('[name="role"]').waitFor();

  const menu = page.getByRole("button", { name: words.menu, exact: true });
  const areas = page.locator("#areas");
  await keys.press(words.menu);
  await areas.waitFor();
  await it.looks();
  assert.deepEqual(await judged(page), []);
  await keys.escape();
  await areas.waitFor({ state: "hidden" });
  assert.ok(await menu.evaluate((button) => button === document.activeElement), "the focus comes back");
  await keys.press(words.menu);
  await keys.follow(words.overview);
  await page.getByRole("heading", { level: 1, name: words.overview }).waitFor();
  await it.leave();
}

export const cases = [
  ["an owner joins, signs in, renews a secret and invites support", (browser) => owns(browser, "desktop", english)],
  ["the same without JavaScript", (browser) => owns(browser, "no script", english)],
  ["the same in Chinese", (browser) => owns(browser, "chinese", chinese)],
  ["the same in Chinese without JavaScript", (browser) => owns(browser, "chinese, no script", chinese)],
  ["an owner signs in by keyboard, and opens the menu", (browser) => typesOnly(browser, "phone", english)],
  ["the same in Chinese", (browser) => typesOnly(browser, "chinese", chinese)],
];
