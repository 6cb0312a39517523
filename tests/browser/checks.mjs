// What holds for any report: it draws, quickly and without complaint, at any width, and on paper.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { drawnMarks, open, scrollThrough, test } from './browser.mjs';

// Axes and labels of a chart of one bar are a few marks more; how many depends on the values.
const fewest = 5;

// `browser` is a function, since the browser starts after the tests are named; `expected` the names of its charts, if known.
export function checkReport(name, file, browser, expected) {
  describe(`the report ${name}`, () => {
    test('draws every chart without complaint', async () => {
      const { page, complaints, close } = await open(browser(), file);
      await scrollThrough(page);
      const charts = await drawnMarks(page);
      assert.deepEqual(complaints, []);
      if (expected) assert.deepEqual(charts.map((chart) => chart.name), expected);
      assert.ok(charts.length > 0);
      for (const { name: chart, kind, marks } of charts) assert.ok(marks > (kind === 'canvas' ? 3000 : fewest), `${chart} is drawn as ${kind} with ${marks}`);
      await close();
    });

    test('is there within 1.5 seconds', async () => {
      // On a machine that is busy with something else the clock tells nothing: then the page's own time on its processor counts.
      const { page, close } = await open(browser(), file);
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
      await page.reload();
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
      const { metrics } = await cdp.send('Performance.getMetrics');
      const busy = 1000 * metrics.find((metric) => metric.name === 'TaskDuration').value;
      const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
      assert.ok(await page.locator('h1').count() > 0);
      assert.ok(busy > 5, `${busy} ms of work cannot be all`);
      assert.ok(Math.min(painted, busy) < 1500, `first paint after ${painted} ms, ${busy} ms of work`);
      if (process.env.TAILOR_TIMES) console.error(`${name}: painted after ${Math.round(painted)} ms, ${Math.round(busy)} ms of work`);
      await close();
    });

    test('needs no sideways scrolling on a phone', async () => {
      const { page, complaints, close } = await open(browser(), file, { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
      await scrollThrough(page);
      for (const details of await page.locator('summary').all()) await details.evaluate((element) => element.click());
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      assert.deepEqual(complaints, []);
      assert.deepEqual((await drawnMarks(page)).filter((chart) => chart.marks <= fewest), []);
      await close();
    });

    test('stays where it is while charts are drawn', async () => {
      for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 780 }]) {
        const { page, close } = await open(browser(), file, { viewport });
        await page.evaluate(() => {
          window.shifted = 0;
          new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; }).observe({ type: 'layout-shift', buffered: true });
        });
        const heights = () => page.evaluate(() => [...document.querySelectorAll('figure.chart')].map((figure) => `${figure.dataset.chart} ${Math.round(figure.offsetHeight)}`));
        const before = await heights();
        await scrollThrough(page);
        assert.deepEqual(await heights(), before);
        const shifted = await page.evaluate(() => window.shifted);
        assert.ok(shifted < 0.05, `${viewport.width} pixels wide: a layout shift of ${shifted}`);
        await close();
      }
    });

    test('prints every chart, light', async () => {
      const { page, complaints, close } = await open(browser(), file, { colorScheme: 'dark' });
      const pdf = await page.pdf({ format: 'A4' });
      assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
      assert.ok(pdf.length > 30000, `${pdf.length} bytes`);
      await page.emulateMedia({ media: 'print' });
      await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
      const papers = await page.evaluate(() => [...document.querySelectorAll('figure.chart')].map((figure) => figure.querySelectorAll('.paper svg :is(path, polyline, polygon, circle, rect, text)').length));
      assert.ok(papers.length > 0 && papers.every((marks) => marks > 4), papers.join(' '));
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
      await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
      assert.equal(await page.locator('.paper').count(), 0);
      assert.deepEqual(complaints, []);
      await close();
    });
  });
}
