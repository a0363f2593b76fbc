// Fills a service with one of everything, so that no page of the console is without data: vendors of `countersign sandbox`, one of
// which fails; routes, templates, a block and people; and messages that ended in every way.
import { call } from "./visitor.mjs";

/** The number of messages that are sent last, one of every kind. */
export const SENT = 11;

const CODE = { channel: "CHANNEL_LOGIN", phoneCountryCode: "+86" };

/** Asks the sandbox for something. */
async function control(sandbox, what, body) {
  const headers = { "content-type": "application/json" };
  await fetch(`${sandbox}/sandbox/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Everything that operators set up. Returns the address at which the first vendor reports. */
async function setUp(manage, sandbox) {
  const accounts = [
    {
      name: "aliyun", kind: "alibaba-cloud", settings: { access_key_id: "sandbox-access-key-id", endpoint: sandbox },
      secrets: { access_key_secret: "sandbox-access-key-secret-0001" },
    },
    {
      name: "tencent", kind: "tencent-cloud", secrets: { secret_key: "sandbox-secret-key-0001" },
      settings: { secret_id: "sandbox-secret-id", sdk_app_id: "1400000000", endpoint: sandbox },
    },
    {
      name: "wrong-password", kind: "chuanglan-international", settings: { account: "I0000001", endpoint: sandbox },
      secrets: { password: "a-wrong-password" },
    },
  ];
  const set = [];
  for (const account of accounts) {
    set.push((await manage("set-sms-provider", account)).data);
  }
  const templates = [
    { provider: "aliyun", vendorTemplate: { id: "SMS_154950909", signature: "阿里云", variables: ["code={code}"] } },
    { provider: "tencent", vendorTemplate: { id: "449740", signature: "腾讯云", variables: ["{code}", "{minutes}"] } },
    { appId: "dev-app", channel: "CHANNEL_LOGIN", language: "en-US", text: "[{app}] {code} is your code, for {minutes} minutes." },
    { channel: "CHANNEL_RESET_PASSWORD", language: "zh-CN", text: "【{app}】{code} 用于重置密码，{minutes} 分钟内有效。" },
  ];
  for (const template of templates) {
    await manage("set-sms-template", template);
  }
  await manage("set-sms-route", { country: "CN", providers: [{ name: "aliyun" }, { name: "tencent" }] });
  await manage("set-sms-route", { country: "GB", providers: [{ name: "wrong-password" }] });
  await manage("create-application", { appId: "shop", appName: "示例商城 Shop" });
  await manage("create-access-key", {});
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
  await manage("add-test-number", { phoneNumber: "18800007777", expires: tomorrow, passCode: "424242" });
  await manage("invite-staff", { role: "support", name: "王小明" });
  return set[0].receiptsUrl;
}

/** One message of every kind. */
async function sendAll({ service, sandbox, receipts }) {
  const app = { "x-authing-app-id": "dev-app" };
  const server = { ...app, authorization: `Basic ${btoa("dev-app:dev-app-secret")}` };
  const send = (phoneNumber, more) => call("send-sms", { ...CODE, phoneNumber, ...more }, app, { service, status: null });
  const check = (phoneNumber, passCode) => call("verify-code", { ...CODE, phoneNumber, passCode }, server, { service, status: null });
  const reports = async (manner) => {
    await control(sandbox, "reports", { vendor: "alibaba-cloud", url: receipts, reports: manner, millis: 0 });
  };
  const fails = (fault) => control(sandbox, "faults", { vendor: "alibaba-cloud", fault, times: 1 });
  for (const [number, manner] of [["18800008801", "none"], ["18800008802", "duplicate"], ["18800008803", "failed"]]) {
    await reports(manner);
    await send(number);
  }
  await reports("none");
  for (const [at, fault] of ["throttle", "bad_number", "reset", "config_error"].entries()) {
    await fails(fault);
    await send(`1880000881${at}`);
  }
  await send("+447400123456", { phoneCountryCode: undefined, channel: "CHANNEL_RESET_PASSWORD" });
  await send("18800008808");
  for (let tries = 0; tries < 5; tries += 1) {
    await check("18800008808", "000000");
  }
  await reports("duplicate");
  await send("18800008809");
  const taken = await (await fetch(`${sandbox}/sandbox/messages?vendor=alibaba-cloud&to=8618800008809`)).json();
  await check("18800008809", "000000");
  await check("18800008809", taken[0].code);
  await send("+14155550150", { phoneCountryCode: undefined, channel: "CHANNEL_BIND_PHONE" });
}

/** So many messages and acts that the lists of them go on. */
async function repeat({ service }, manage) {
  for (let number = 0; number < 45; number += 1) {
    const body = { channel: "CHANNEL_REGISTER", phoneNumber: `+141555502${String(number).padStart(2, "0")}` };
    await call("send-sms", body, { "x-authing-app-id": "dev-app" }, { service });
    await manage("set-sms-limit", { name: "app-day", max: 1000 + number });
  }
}

/** Fills the service. */
export async function furnish(it) {
  const manage = (name, body) => call(name, body, it.operator, { service: it.service });
  await repeat(it, manage);
  const receipts = await setUp(manage, it.sandbox);
  await sendAll({ ...it, receipts });
}
