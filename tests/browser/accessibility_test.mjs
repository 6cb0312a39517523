// Reports without a mouse and without eyes: axe-core finds nothing serious, and all that can be clicked can be reached and
// worked by keyboard.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { axeSource, drawnMarks, launch, open, reports, sampleJson, scrollThrough, test, writeReport } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function findings(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`);
}

describe('axe-core has no serious finding', () => {
  for (const [name, file] of reports()) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${name}, ${colorScheme}`, async () => {
        const { page, close } = await open(browser, file, { colorScheme, bypassCSP: true });
        await scrollThrough(page);
        for (const summary of await page.locator('.fold summary, figure.chart >> nth=0 >> summary').all()) await summary.evaluate((element) => element.click());
        assert.deepEqual(await findings(page), []);
        await close();
      });
    }
  }
});

test('every chart has words in place of its picture, and a table', async () => {
  const { page, close } = await open(browser, writeReport('words', sampleJson('30')));
  for (const figure of await page.locator('figure.chart').all()) {
    const name = await figure.getAttribute('data-chart');
    assert.ok((await figure.locator('[role=img]').getAttribute('aria-label')).length > 40, name);
    await figure.locator('summary').click();
    await figure.locator('tbody tr').first().waitFor();
    assert.ok(await figure.locator('thead th').count() > 1, name);
  }
  await close();
});

test('the skip link comes first and leads to the report', async () => {
  const { page, close } = await open(browser, writeReport('skip', sampleJson('30')));
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the report');
  assert.ok((await page.locator('.skip').boundingBox()).x >= 0);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  await close();
});

test('Tab reaches everything that can be worked, visibly', async () => {
  const { page, close } = await open(browser, writeReport('tab', sampleJson('30')));
  await scrollThrough(page);
  const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button, select, input, summary')].filter((element) => element.checkVisibility()).length);
  const reached = new Set();
  for (let i = 0; i < wanted + 60; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      window.order ??= new Map();
      if (!window.order.has(element)) window.order.set(element, window.order.size);
      return { key: window.order.get(element), tag: element.tagName, outline: getComputedStyle(element).outlineStyle };
    });
    if (at.tag === 'BODY') break;
    if (['A', 'BUTTON', 'SELECT', 'INPUT', 'SUMMARY'].includes(at.tag)) reached.add(at.key);
    assert.notEqual(at.outline, 'none', `${at.tag} shows no focus`);
  }
  assert.equal(reached.size, wanted);
  await close();
});

test('filters work by keyboard', async () => {
  const { page, close } = await open(browser, writeReport('filters', sampleJson('60')));
  const figure = page.locator('[data-chart=history]');
  await figure.scrollIntoViewIfNeeded();
  await page.waitForSelector('[data-chart=history] svg');
  const marks = async () => (await drawnMarks(page)).find((chart) => chart.name === 'history').marks;
  const all = await marks();
  await figure.locator('input[type=checkbox]').nth(1).focus(); // pruned
  await page.keyboard.press('Space');
  const without = await marks();
  assert.ok(without < all, `${without} of ${all}`);
  await page.keyboard.press('Space');
  assert.equal(await marks(), all);
  await figure.locator('select').first().focus();
  await page.keyboard.press('End'); // the best tenth
  const best = await marks();
  assert.ok(best < all, `${best} of ${all}`);
  await close();
});
