// Draws every place of the console, and sheets with all of them: `run --sheet DIR`. They are for people to look at.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { LANGUAGES, places, visitAll } from "./places.mjs";

const THEMES = ["light", "dark"];
const WIDTHS = [1280, 390];

/** The places on one sheet. */
const MOST = 6;

const STYLE = `
  body { margin: 16px; display: grid; grid-template-columns: repeat(3, 640px); gap: 24px 16px; font: 13px/1.4 sans-serif; background: #888; }
  figure { margin: 0; } figcaption { overflow-wrap: anywhere; color: #fff; }
  div { display: flex; gap: 8px; align-items: start; max-height: 760px; overflow: hidden; }
  img { display: block; } img:first-child { width: 480px; } img + img { width: 146px; }
`;

/** Writes a page of these drawings, and returns its file. */
function write(folder, name, drawn) {
  const text = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const figure = ({ place, files }) =>
    `<figure><figcaption>${text(place.name)}</figcaption><div>${files.map((file) => `<img src="${file}">`).join("")}</div></figure>`;
  const file = `${folder}/${name}.html`;
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><title>${name}</title><style>${STYLE}</style>${drawn.map(figure).join("\n")}`);
  return file;
}

/** Draws a page in both themes, at both widths. Returns the files by theme. */
async function draw(page, folder, name) {
  const files = {};
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    files[theme] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const file = `${name}-${theme}-${width}.png`;
      await page.screenshot({ path: `${folder}/${file}`, fullPage: true });
      files[theme].push(file);
    }
  }
  return files;
}

/** Draws everything into `folder`. */
export async function sheet(browser, folder) {
  const all = await places(browser);
  for (const language of LANGUAGES) {
    const drawn = [];
    await visitAll(browser, language, all, async (page, place) => {
      const number = String(drawn.length).padStart(3, "0");
      const name = place.name.replace("/console/", "").replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 48);
      drawn.push({ place, files: await draw(page, folder, `${language}-${number}-${name}`) });
      return [];
    });
    for (const theme of THEMES) {
      const of = drawn.map(({ place, files }) => ({ place, files: files[theme] }));
      for (let first = 0; first < of.length; first += MOST) {
        const name = `sheet-${language}-${theme}-${String(first / MOST + 1).padStart(2, "0")}`;
        const file = write(folder, name, of.slice(first, first + MOST));
        const page = await browser.newPage({ viewport: { width: 1984, height: 800 } });
        await page.goto(pathToFileURL(file).href);
        await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
        await page.close();
      }
    }
  }
  console.log(`${all.length} places are drawn in ${folder}`);
}
