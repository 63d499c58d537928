// What WCAG 2.2 AA lets a machine find, by axe-core; and what it leaves out: one h1, names, no sideways scrolling.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };

export async function assertAccessible(customer, name) {
  const { page } = customer;
  const before = page.viewportSize();
  await page.evaluate(AXE);
  for (const [device, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    const { violations, passes } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } }), TAGS);
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} (${failureSummary})`).join(' ')}`), [],
      `axe on ${name}, ${device}`);
    assert.ok(passes.length > 15, `axe has looked at ${name}: ${passes.length} rules passed`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
      `${name} scrolls sideways, ${device}`);
  }
  await page.setViewportSize(before);
  assert.equal(await page.locator('h1').count(), 1, `${name}: one h1`);
  const title = await page.title();
  assert.ok(title.includes(' · ') && title.length > 12, `${name}: "${title}" names page and bank`);
  assert.deepEqual(customer.violations, [], `${name}: nothing that the content security policy forbids`);
}

// Walks the page by the Tab key: every stop is in the order of the document and shows where the focus is. Returns the
// ids of the stops (or their text).
export async function tabStops(page) {
  const stops = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const last = globalThis.lastStop;
      globalThis.lastStop = element;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        name: element.id || element.textContent.trim(),
        again: last !== undefined && !(last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        seen: box.width > 0 && box.height > 0 && box.left >= 0,
      };
    });
    if (!stop || stop.again) return stops;
    assert.ok(stop.ring, `${stop.name} shows no focus`);
    assert.ok(stop.seen, `${stop.name} has the focus out of sight`);
    stops.push(stop.name);
  }
}
