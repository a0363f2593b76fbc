// Every place of the console is looked at: by axe in both themes and at two widths, and at 320 px; its size, and what the browser says.
import assert from "node:assert/strict";
import { judged } from "./axe.mjs";
import { LANGUAGES, places, visitAll } from "./places.mjs";

const THEMES = ["light", "dark"];
const WIDTHS = [1280, 390];

/** The most bytes of a page. */
const MOST_BYTES = 40 * 1024;

/** Looks at a page in both themes and at all widths. Returns what is wrong: a sentence each. */
async function look(page) {
  const faults = [];
  const bytes = Buffer.byteLength(await page.content());
  if (bytes > MOST_BYTES) {
    faults.push(`${bytes} bytes of HTML`);
  }
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const found = await judged(page);
      faults.push(...found.map((finding) => `${theme}, ${width} px: ${finding}`));
    }
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
  const seen = LANGUAGES.map((language) => visitAll(browser, language, all, look));
  const faults = (await Promise.all(seen)).flat();
  assert.deepEqual(faults, [], `of ${all.length} places`);
  console.log(`      ${all.length} places, each seen in ${LANGUAGES.length * THEMES.length * WIDTHS.length} ways`);
}

export const cases = [["everybody reads every page of the console", looksAtAll]];
