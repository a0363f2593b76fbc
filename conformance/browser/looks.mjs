// Every place of the console is looked at: by axe in both themes and at two widths, and at 320 px; its size, and what the browser says.
// With `--thorough` each language is seen in all four ways, and else in two: every theme and width is seen in one of the languages.
import assert from "node:assert/strict";
import { judged } from "./axe.mjs";
import { LANGUAGES, places, visitAll } from "./places.mjs";

const ALL = [["light", 1280], ["dark", 390], ["dark", 1280], ["light", 390]];

/** The themes and widths in which pages of a language are seen. */
const WAYS = process.env.THOROUGH ? { "en-US": ALL, "zh-CN": ALL } : { "en-US": ALL.slice(0, 2), "zh-CN": ALL.slice(2) };

/** The most bytes of a page. */
const MOST_BYTES = 40 * 1024;

/** Looks at a page in these ways, and at 320 px. Returns what is wrong: a sentence each. */
async function look(page, ways) {
  const faults = [];
  const bytes = Buffer.byteLength(await page.content());
  if (bytes > MOST_BYTES) {
    faults.push(`${bytes} bytes of HTML`);
  }
  for (const [theme, width] of ways) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 800 });
    const found = await judged(page);
    faults.push(...found.map((finding) => `${theme}, ${width} px: ${finding}`));
  }
  await page.setViewportSize({ width: 320, height: 800 });
  const [wide, room] = await page.locator("html").evaluate((html) => [html.scrollWidth, html.clientWidth]);
  if (wide > room) {
    faults.push(`${wide} px of page in a window of ${room}`);
  }
  return faults;
}

/** Looks at every place, in a window for each language. */
async function looksAtAll(browser) {
  const all = await places(browser);
  const seen = LANGUAGES.map((language) => visitAll(browser, language, all, (page) => look(page, WAYS[language])));
  const faults = (await Promise.all(seen)).flat();
  assert.deepEqual(faults, [], `of ${all.length} places`);
  console.log(`      ${all.length} places, each seen in ${Object.values(WAYS).flat().length} ways`);
}

export const cases = [["everybody reads every page of the console", looksAtAll]];
