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
  await figure.locator('select').first().focus();
  await page.keyboard.press('End'); // the best tenth
  const best = await marks();
  assert.ok(best < all, `${best} of ${all}`);
  await close();
});

test('ranges of parallel coordinates are picked by typing as by dragging', async () => {
  const { page, complaints, close } = await open(browser, writeReport('ranges', sampleJson('60')));
  const plot = page.locator('[data-chart=parallel] .plot');
  await plot.scrollIntoViewIfNeeded();
  await page.waitForSelector('[data-chart=parallel] svg');
  // Lines that are not faint, once what was asked for is drawn: that is in the frame after the next.
  const frames = () => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  const lines = async () => (await frames(), page.evaluate(() => [...document.querySelectorAll('[data-chart=parallel] svg path[fill=none]')].filter((path) => Number(path.getAttribute('stroke-opacity') ?? 1) > 0.1).length));
  const filter = page.locator('#space details', { hasText: 'Pick ranges by typing' });
  const said = () => filter.locator('[role=status]').innerText();
  const all = await lines();
  await filter.locator('summary').focus();
  await page.keyboard.press('Enter');
  assert.equal(await said(), 'All 21 trials.');

  const rate = filter.locator('[data-axis=learning_rate]');
  await rate.locator('input').first().focus();
  await page.keyboard.type('0.001');
  await page.keyboard.press('Tab');
  const fewer = await lines();
  assert.ok(fewer < all, `${fewer} of ${all}`);
  const few = await said();
  assert.match(few, /^\d+ of 21 trials; the best of them, trial \d+, has \d+\.\d+.%\.$/);
  const optimizer = filter.locator('[data-axis=optimizer] select');
  await optimizer.first().focus();
  await page.keyboard.type('sgd');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sgd');
  await page.keyboard.press('Tab');
  assert.notEqual(await said(), few);

  // What is picked outlives a redrawing.
  const picked = await lines();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(300);
  assert.equal(await lines(), picked);
  await filter.locator('button').focus();
  await page.keyboard.press('Enter');
  assert.equal(await lines(), all);
  assert.equal(await rate.locator('input').first().inputValue(), '');

  // Dragging fills the fields. The keyboard may have scrolled the plot out of the window, where no mouse reaches it.
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + 30, box.y + 150);
  await page.mouse.down();
  await page.mouse.move(box.x + 30, box.y + 250, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(() => [...document.querySelectorAll('.ranges fieldset')][0].querySelector('input, select').value !== '');
  assert.deepEqual(complaints, []);
  await close();
});
