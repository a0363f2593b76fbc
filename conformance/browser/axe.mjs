// What axe finds on a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Rules of axe whose findings are not serious and stay, each with the reason. */
const KNOWN = {};

/** The findings of axe on the page as it is now: a sentence each. */
export async function judged(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(AXE); // a script element would need another content security policy
  }
  const { found, passed } = await page.evaluate(async () => {
    const { violations, passes } = await window.axe.run(document, { resultTypes: ["violations"] });
    const found = violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes[0].html, why: nodes[0].failureSummary }));
    return { found, passed: passes.length };
  });
  assert.ok(passed > 10, "axe looked at the page");
  const isKnown = ({ id, impact }) => id in KNOWN && !["serious", "critical"].includes(impact);
  return found.filter((finding) => !isKnown(finding)).map(({ id, impact, at, why }) => `${id} (${impact}) at ${at}: ${why}`);
}
