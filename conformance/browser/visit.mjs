// Visits the pages of `countersign demo`, `countersign dev` and the console, as `run` says; or draws the console alone.
import { chromium } from "playwright-core";
import { cases as ofConsole } from "./console.mjs";
import { cases as ofDevelopment } from "./development.mjs";
import { cases as ofLooks } from "./looks.mjs";
import { cases as ofPeople } from "./people.mjs";
import { cases as ofRevealing } from "./reveal.mjs";
import { sheet } from "./sheet.mjs";
import { cases as ofSigningIn } from "./sign_in.mjs";

const all = [...ofSigningIn, ...ofDevelopment, ...ofConsole, ...ofRevealing, ...ofPeople, ...ofLooks];
const { SHEET, ONLY } = process.env;
const cases = all.filter(([name]) => name.includes(ONLY));
const browser = await chromium.launch({ executablePath: process.env.BROWSER });
if (SHEET) {
  await sheet(browser, SHEET);
  await browser.close();
  process.exit();
}
let failed = 0;
for (const [name, visit] of cases) {
  try {
    const began = Date.now();
    await visit(browser);
    console.log(`ok    ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error.cause ? `${error.stack}\n${error.cause.stack}` : error.stack).replaceAll("\n", "\n      ")}`);
  }
}
await browser.close();
console.log(`\n${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
