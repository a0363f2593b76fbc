// The hands of a visitor: on a mouse, or on the keyboard alone, where Tab leads to everything, Enter presses it and Escape closes it.
import assert from "node:assert/strict";

/** The most steps of Tab from one part of a page to another. */
const FAR = 120;

/** A visitor who clicks. */
export function mouse(page) {
  return {
    open: (wanted) => wanted.click(),
    press: (name) => page.getByRole("button", { name, exact: true }).click(),
    follow: (name) => page.getByRole("link", { name, exact: true }).click(),
    type: (name, text) => page.locator(`main [name="${name}"]`).fill(text),
  };
}

/** A visitor who has no mouse. */
export function keyboard(page) {
  const tabTo = async (wanted) => {
    await wanted.waitFor();
    for (let steps = 0; steps < FAR; steps += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) {
        const outline = await wanted.evaluate((element) => getComputedStyle(element).outlineStyle);
        assert.notEqual(outline, "none", "the focus is seen");
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab leads nowhere to ${wanted}`);
  };
  const open = async (wanted) => {
    await tabTo(wanted);
    await page.keyboard.press("Enter");
  };
  return {
    open,
    press: (name) => open(page.getByRole("button", { name, exact: true })),
    follow: (name) => open(page.getByRole("link", { name, exact: true })),
    type: async (name, text) => {
      await tabTo(page.locator(`main [name="${name}"]`));
      await page.keyboard.type(text);
    },
    enter: () => page.keyboard.press("Enter"),
    escape: () => page.keyboard.press("Escape"),
  };
}
