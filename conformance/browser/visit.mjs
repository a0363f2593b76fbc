// Visits the pages of `countersign demo` and `countersign dev`, as `run` says.
import { chromium } from "playwright-core";
import { cases as ofConsole } from "./console.mjs";
import { cases as ofDevelopment } from "./development.mjs";
import { cases as ofSigningIn } from "./sign_in.mjs";

const cases = [...ofSigningIn, ...ofDevelopment, ...ofConsole];
const browser = await chromium.launch({ executablePath: process.env.BROWSER });
let failed = 0;
for (const [name, visit] of cases) {
  try {
    await visit(browser);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error.stack).replaceAll("\n", "\n      ")}`);
  }
}
await browser.close();
console.log(`\n${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
