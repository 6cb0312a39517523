// Reports of made-up documents in a real browser: the checks that hold for any report, and what each part of the page
// offers and says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before } from 'node:test';
import { checkReport } from './checks.mjs';
import { drawnMarks, launch, open, reports, sampleJson, scrollThrough, test, writeReport } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const chartsOf = {
  single: ['history', 'curves', 'compute'],
  thirty: ['spread-experiment', 'best-of-random', 'way', 'spread', 'candidates', 'gain', 'gain-parts', 'figures', 'importance', 'pairs', 'tunability', 'history', 'curves',
    'winner-accuracy', 'winner-loss', 'parallel', 'slices', 'confusion', 'optimism', 'best-of-n', 'compute'],
  comparison: ['spread', 'progress', 'gain', 'importance', 'best-of-n'],
};

for (const [name, file] of reports()) checkReport(name, file, () => browser, chartsOf[name]);

const report = (name, ...flags) => writeReport(name, sampleJson(...flags));

test('dark is dark, and a change of mind redraws', async () => {
  const { page, complaints, close } = await open(browser, report('scheme', '30'), { colorScheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const colours = () => page.evaluate(() => document.querySelector('[data-chart=spread-experiment] .plot').innerHTML.match(/#[0-9a-f]{6}/g)?.join());
  await page.waitForSelector('[data-chart=spread-experiment] svg');
  const [darkGround, darkColours] = [await ground(), await colours()];
  assert.equal(darkGround, 'rgb(21, 24, 28)');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForFunction((before) => document.querySelector('[data-chart=spread-experiment] .plot').innerHTML.match(/#[0-9a-f]{6}/g)?.join() !== before, darkColours);
  assert.equal(await ground(), 'rgb(255, 255, 255)');
  assert.deepEqual(complaints, []);
  await close();
});

test('the answer comes first, with the warnings', async () => {
  const json = sampleJson('30');
  const document = JSON.parse(json);
  const { page, close } = await open(browser, writeReport('answer', json));
  const head = (await page.locator('main > header').innerText()).replace(/\u202f/g, ' ');
  for (const sentence of document.answer.sentences) assert.ok(head.includes(sentence.replace(/`/g, '')), sentence);
  assert.ok(head.includes(document.study.description));
  for (const warning of document.warnings) assert.ok(head.includes(warning.text.replace(/`/g, '')), warning.text);
  assert.ok(await page.evaluate(() => document.querySelector('main').firstElementChild.tagName) === 'HEADER');
  assert.match(await page.title(), /^fashion/);
  await close();
});

test('the four figures stand beside the original ones', async () => {
  const { page, close } = await open(browser, report('figures', '30'));
  const text = (await page.locator('#figures table').first().innerText()).replace(/\u202f/g, ' ');
  for (const figure of ['89.4 %', '90.71 %', '91.17 %', '0.269255']) assert.ok(text.includes(figure), figure);
  await close();
});

test('figures, importance and the recommendation say what they rest on', async () => {
  const json = sampleJson('30');
  const document = JSON.parse(json);
  const { page, close } = await open(browser, writeReport('basis', json));
  const text = async (section) => (await page.locator(`#${section}`).innerText()).replace(/\s+/g, ' ');
  const figures = await text('figures');
  for (const sentence of [document.confirmation.figures_text, document.confirmation.loss_baseline.text]) assert.ok(figures.includes(sentence), sentence);
  assert.ok((await text('importance')).includes(document.importance_text));
  assert.ok((await text('importance')).includes('Among these trials'));
  assert.ok(!(await page.locator('[data-chart=importance]').innerText()).includes('whole space'));
  assert.ok((await text('trust')).includes(document.recommendation.text));
  await close();
});

test('what is not known yet names the command that finds it out', async () => {
  const { page, close } = await open(browser, report('missing', '40', '5', '--unconfirmed'));
  for (const section of ['gain', 'figures', 'winner', 'errors', 'trust']) {
    assert.equal(await page.locator(`#${section} .missing code`).first().innerText(), 'tailor confirm --storage sqlite:///studies.db --study fashion', section);
  }
  assert.ok((await page.locator('#ledger').innerText()).includes('never opened its test images'));
  await close();
});

test('each chart can be taken along as SVG and its data as CSV', async () => {
  const file = report('downloads', '30');
  // What would be downloaded: a browser that saves dozens of files in a row begins to refuse.
  const take = async (page, figure, label) => {
    await page.evaluate(() => {
      URL.createObjectURL = (blob) => {
        window.offered = blob;
        return 'blob:none';
      };
      HTMLAnchorElement.prototype.click = function () {
        window.taken = window.offered.text().then((text) => ({ name: this.download, text }));
      };
    });
    // Charts further up that are only now drawn may move the button away from under a pointer.
    await figure.locator('button', { hasText: label }).evaluate((button) => button.click());
    return page.evaluate(() => window.taken);
  };
  for (const name of chartsOf.thirty) {
    const { page, complaints, close } = await open(browser, file);
    const figure = page.locator(`[data-chart=${name}]`);
    const svg = await take(page, figure, 'SVG');
    assert.equal(svg.name, `${name}.svg`);
    assert.match(svg.text, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const fault = await page.evaluate((text) => new DOMParser().parseFromString(text, 'image/svg+xml')
      .querySelector('parsererror')?.textContent ?? '', svg.text);
    assert.equal(fault, '', `${name}.svg is not well-formed`);
    assert.match(svg.text, /<title>.+<\/title><desc>.+<\/desc>/);
    assert.ok((svg.text.match(/<(path|circle|polyline|polygon|rect|text)/g) ?? []).length > 6, name);
    const csv = await take(page, figure, 'CSV');
    assert.equal(csv.name, `${name}.csv`);
    const rows = csv.text.trimEnd().split('\r\n');
    assert.ok(rows.length >= 2 && rows.every((row) => row.includes(',')), name);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test('the data of ten thousand trials is whole in the CSV', async () => {
  const { page, close } = await open(browser, report('whole', '10000'));
  const figure = page.locator('[data-chart=history]');
  await figure.scrollIntoViewIfNeeded();
  const [download] = await Promise.all([page.waitForEvent('download'), figure.locator('button', { hasText: 'CSV' }).click()]);
  assert.equal(readFileSync(await download.path(), 'utf8').trimEnd().split('\r\n').length, 10001);
  await close();
});

test('pointing at a trial tells its setting', async () => {
  const { page, close } = await open(browser, report('hover', '30'));
  const plot = page.locator('[data-chart=history] .plot');
  await plot.scrollIntoViewIfNeeded();
  await page.waitForSelector('[data-chart=history] svg');
  const box = await plot.boundingBox();
  let text = '';
  for (let y = box.y + 20; y < box.y + box.height - 60 && text === ''; y += 4) {
    for (let x = box.x + 40; x < box.x + box.width - 10 && text === ''; x += 60) {
      await page.mouse.move(x, y);
      text = await page.evaluate(() => document.querySelector('[data-chart=history] .tip')?.textContent ?? '');
    }
  }
  assert.match(text, /trial \d+.*learning_rate/);
  await close();
});

test('a trial without a value for an axis is drawn without a point there', async () => {
  const document = JSON.parse(sampleJson('30'));
  for (const values of Object.values(document.trials.params)) values[0] = null;
  const { page, complaints, close } = await open(browser, writeReport('outside', JSON.stringify(document)));
  await scrollThrough(page);
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  assert.deepEqual(complaints, []);
  assert.ok(!(await page.locator('[data-chart=parallel]').innerHTML()).includes('NaN'));
  await close();
});

test('a comparison draws the best so far to the last trial, and only gains that somebody has', async () => {
  const document = JSON.parse(sampleJson('60', '--compare'));
  for (const study of document.studies) study.gain.over_one_epoch = null;
  const { page, complaints, close } = await open(browser, writeReport('two', JSON.stringify(document)));
  await scrollThrough(page);
  await page.locator('[data-chart=progress] summary').click();
  const last = await page.locator('[data-chart=progress] tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)).filter(([name], i, all) => all[i + 1]?.[0] !== name));
  assert.deepEqual(last.map(([, n]) => Number(n)), document.studies.map((study) => study.trials.number.length));
  assert.ok(!(await page.locator('[data-chart=gain] .plot').getAttribute('aria-label')).includes('after one epoch'));
  assert.deepEqual(complaints, []);
  await close();
});

test('text of a document is text, not markup', async () => {
  const document = JSON.parse(sampleJson('30'));
  const evil = '</script><img src=x onerror="window.evil=1"><b>&amp;';
  document.study.name = evil;
  document.study.description = evil;
  document.answer.sentences = [evil];
  document.errors.classes[0] = evil;
  document.study.space[0].choices[0] = evil;
  document.trials.params.optimizer = document.trials.params.optimizer.map((value) => (value === 'sgd' ? evil : value));
  const { page, complaints, close } = await open(browser, writeReport('evil', JSON.stringify(document)));
  await scrollThrough(page);
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('h1').innerText(), evil);
  assert.equal(await page.evaluate(() => window.evil), undefined);
  assert.equal(await page.locator('img[src=x]').count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test('a curve from few draws is drawn without a band, and says how few', async () => {
  const document = JSON.parse(sampleJson('30'));
  document.best_of_n = { n: [1, 2, 3, 4, 5], estimate: [0.85, 0.9, 0.91, 0.92, 0.925], low: Array(5).fill(null), high: Array(5).fill(null), independent_trials: 10,
    enough: { trials: null, text: 'This rests on 10 independent trials.' } };
  const { page, complaints, close } = await open(browser, writeReport('few', JSON.stringify(document)));
  const figure = page.locator('[data-chart=best-of-n]');
  await figure.scrollIntoViewIfNeeded();
  await page.waitForSelector('[data-chart=best-of-n] svg');
  const text = await page.locator('#trust').innerText();
  for (const part of ['This rests on 10 independent trials.', 'Estimated from 10 independent draws', 'there is no interval']) assert.ok(text.includes(part), part);
  assert.ok(!text.includes('Band:'));
  assert.ok((await drawnMarks(page)).find((chart) => chart.name === 'best-of-n').marks > 8);
  assert.deepEqual(complaints, []);
  await close();
});

test('a measure that is better when lower is drawn the right way round', async () => {
  const document = JSON.parse(sampleJson('30'));
  document.study.measure = { name: 'validation_loss', maximize: false };
  const { page, complaints, close } = await open(browser, writeReport('loss', JSON.stringify(document)));
  await scrollThrough(page);
  const lowest = Math.min(...document.trials.value.filter((value, i) => value !== null && document.trials.state[i] === 'complete'));
  assert.ok((await page.locator('[data-chart=history] [role=img]').getAttribute('aria-label')).includes(`The best, ${lowest.toFixed(4)},`));
  assert.ok((await drawnMarks(page)).every((chart) => chart.marks > 8));
  assert.deepEqual(complaints, []);
  await close();
});

test('failed trials are listed with their reasons', async () => {
  const { page, close } = await open(browser, report('failed', '400'));
  const fold = page.locator('#trials details', { hasText: 'Failed trials and why' });
  await fold.locator('summary').click();
  assert.match(await fold.locator('tbody tr').first().innerText(), /^\d+\s+diverged/);
  await close();
});

test('a document that cannot be read says so', async () => {
  for (const json of ['{"format":', '{"format":"tailor-study-document","version":1}', 'null']) {
    const { page, close } = await open(browser, writeReport('broken', json));
    assert.match(await page.locator('main').innerText(), /cannot be drawn/);
    await close();
  }
});
