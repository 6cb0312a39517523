// What the browser tests share: the distribution's Chromium, reports made from sample documents, and a page that notes
// every complaint. TAILOR_WEB is the folder in which the page was built, TAILOR_CHROMIUM the browser's program.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as plainTest } from 'node:test';
import { pathToFileURL } from 'node:url';

export const web = process.env.TAILOR_WEB;
const chromiumProgram = process.env.TAILOR_CHROMIUM;
if (!web || !chromiumProgram) throw new Error('set TAILOR_WEB to the built web folder and TAILOR_CHROMIUM to the browser');
const fromWeb = createRequire(join(web, 'package.json'));
export const axeSource = fromWeb('axe-core').source;

export const folder = mkdtempSync(join(tmpdir(), 'tailor-browser-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// A page that the machine leaves alone: it stops answering, or the browser draws no frame of it. What a test finds wrong
// is never of this kind.
class Stalled extends Error {}
const isStall = (error) => error instanceof Stalled || error.name === 'TimeoutError'; // the latter is the browser's driver's

// On a busy machine a page sometimes stalls: then the test is begun again, with a page of its own. What a test finds wrong
// is not tried again.
export function test(name, body) {
  const tries = 3;
  const limit = 90000;
  return plainTest(name, { timeout: tries * (limit + 5000) }, async (context) => {
    for (let left = tries - 1; ; --left) {
      try {
        await endsWithin(limit, body);
        return;
      } catch (error) {
        if (left === 0 || !isStall(error)) throw error;
        context.diagnostic(`${error.message}; once more`);
      } finally {
        await closePages();
      }
    }
  });
}

async function endsWithin(milliseconds, body) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Stalled(`no end within ${milliseconds} ms`)), milliseconds); });
  const running = (async () => body())();
  running.catch(() => {}); // may still end after it was given up
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

// Pages that a test left open when it failed would slow down the next; one that does not answer is left behind.
const opened = new Set();
async function closePages() {
  const closing = [...opened].map((context) => context.close().catch(() => {}));
  opened.clear();
  await Promise.race([Promise.all(closing), new Promise((done) => { setTimeout(done, 4000).unref(); })]);
}

// The same as html_report() in C++ does.
export function writeReport(name, json) {
  const page = readFileSync(join(web, 'dist/page.html'), 'utf8');
  const file = join(folder, `${name}.html`);
  writeFileSync(file, page.replace('{{study document}}', () => json.replace(/</g, '\\u003c')));
  return file;
}

export function sampleJson(...flags) {
  return execFileSync(process.execPath, [join(web, 'dist/sample.mjs'), ...flags], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

const samples = {
  single: ['1'], thirty: ['30'], unconfirmed: ['120', '7', '--unconfirmed'], 'ten-thousand': ['10000'], comparison: ['60', '--compare'],
};

// Reports of made-up documents, by name.
export function reports() {
  return Object.entries(samples).map(([name, flags]) => [name, writeReport(name, sampleJson(...flags))]);
}

export async function launch() {
  const { chromium } = fromWeb('playwright-core');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: chromiumProgram, args: [...asRoot, '--disable-gpu', '--disable-dev-shm-usage'] });
}

// Opens a report; `complaints` collects console errors, exceptions, and requests for anything but the file itself.
export async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  opened.add(context);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`); });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('request', (request) => { if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`); });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints, close: async () => { opened.delete(context); await context.close(); } };
}

// Scrolls through the whole page, so that every chart has had its turn: a busy machine may show no frame for seconds, in
// which no chart learns that it is in the window.
export async function scrollThrough(page) {
  const frameless = await page.evaluate(async () => {
    const until = async (condition, milliseconds) => {
      for (const end = performance.now() + milliseconds; !condition() && performance.now() < end;) await new Promise((done) => setTimeout(done, 20));
      return condition();
    };
    const charts = [...document.querySelectorAll('figure.chart')];
    const inWindow = ({ top, bottom, height }) => height > 0 && bottom > 0 && top < window.innerHeight;
    const drawn = (figure) => figure.querySelector('.plot').dataset.drawn !== undefined;
    for (let y = 0; y < document.documentElement.scrollHeight; y += 500) {
      window.scrollTo({ top: y, behavior: 'instant' });
      let settled = false; // two frames after the scrolling
      requestAnimationFrame(() => requestAnimationFrame(() => { settled = true; }));
      await until(() => settled, 500);
      const turnsHad = await until(() => charts.every((figure) => drawn(figure) || !inWindow(figure.getBoundingClientRect())), 10000);
      if (!turnsHad && !settled) return y;
    }
    window.scrollTo({ top: 0, behavior: 'instant' });
    return null;
  });
  if (frameless !== null) throw new Stalled(`no frame within 10 s at ${frameless} pixels`);
}

// How much is drawn in each chart: marks of an SVG, or pixels of a canvas that are not empty.
export function drawnMarks(page) {
  return page.evaluate(() => [...document.querySelectorAll('figure.chart')].map((figure) => {
    const canvases = [...figure.querySelectorAll('.plot canvas')];
    const pixels = canvases.reduce((sum, canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let filled = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) filled += 1;
      return sum + filled;
    }, 0);
    return { name: figure.dataset.chart, kind: figure.querySelector('.plot').dataset.drawn ?? 'nothing',
      marks: canvases.length > 0 ? pixels : figure.querySelectorAll('.plot svg :is(path, polyline, polygon, circle, rect, text)').length };
  }));
}
