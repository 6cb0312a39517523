// Reports of real studies, made by the command from trainings of a very small network: one trial, thirty with their
// confirmation, and ten thousand. TAILOR_COMMAND is the command. The documents follow the schema, and the page draws them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { checkReport } from './checks.mjs';
import { folder, launch, open, test, web } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

// IDX files: 8x8 images of three classes, a bright band each, under noise.
function writeImages(name, count, seed) {
  let state = seed;
  const random = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 4294967296; };
  const numbers = (...values) => { const bytes = Buffer.alloc(4 * values.length); values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i)); return bytes; };
  const labels = Buffer.alloc(count);
  const pixels = Buffer.alloc(64 * count);
  for (let i = 0; i < count; ++i) {
    labels[i] = i % 3;
    for (let at = 0; at < 64; ++at) pixels[64 * i + at] = Math.floor(150 * random() + (Math.floor((at % 8) / 3) === labels[i] ? 60 : 0));
  }
  writeFileSync(join(folder, 'data', `${name}-images-idx3-ubyte`), Buffer.concat([numbers(0x803, count, 8, 8), pixels]));
  writeFileSync(join(folder, 'data', `${name}-labels-idx1-ubyte`), Buffer.concat([numbers(0x801, count), labels]));
}

mkdirSync(join(folder, 'data'));
writeImages('train', 240, 1);
writeImages('t10k', 60, 2);
writeFileSync(join(folder, 'tiny.toml'), 'name = "tiny"\n[[layer]]\ntype = "flatten"\n[[layer]]\ntype = "dense"\nunits = 8\nactivation = "relu"\n'
  + '[[layer]]\ntype = "dropout"\nrate = 0.1\n[[layer]]\ntype = "dense"\nunits = "classes"\n');

// Databases wait for the disk after each trial; in memory, ten thousand trials take a minute.
const databases = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/tailor-browser-') : folder;
process.on('exit', () => rmSync(databases, { recursive: true, force: true }));

const tailor = (...words) => execFileSync(process.env.TAILOR_COMMAND, words, { cwd: folder, encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') }, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });

// Runs a study and writes its report; gives the report's file.
function study(name, trials, epochs, options = [], confirm = false) {
  const storage = ['--storage', `sqlite:///${join(databases, name)}.db`, '--study', name];
  tailor('tune', '--data', 'data', '--architecture', 'tiny.toml', '--space', 'small', '--trials', String(trials), '--epochs', String(epochs), '--jobs', '2', ...storage, ...options);
  if (confirm) tailor('confirm', ...storage, '--leaders', '2', '--final-seeds', '3', '--most-seeds', '4', '--jobs', '2');
  tailor('report', ...storage, '-o', `${name}.html`);
  writeFileSync(join(folder, `${name}.json`), tailor('report', ...storage, '--json'));
  return join(folder, `${name}.html`);
}

const files = {
  single: study('single', 1, 2),
  thirty: study('thirty', 30, 3, [], true),
  'ten-thousand': study('ten-thousand', 10000, 1, ['--sampler', 'random', '--pruner', 'none']),
};

for (const [name, file] of Object.entries(files)) {
  test(`the document of ${name} follows the schema`, () => {
    execFileSync(process.execPath, [join(web, 'dist/validate.mjs'), join(folder, `${name}.json`)], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  });

  test(`the report ${name} has less than 3 MB`, () => assert.ok(statSync(file).size < 3e6, `${statSync(file).size} bytes`));

  checkReport(name, file, () => browser);
}

test('a confirmed study shows the race, the figures and the ledger', async () => {
  const { page, close } = await open(browser, files.thirty);
  for (const chart of ['candidates', 'gain', 'figures', 'winner-accuracy', 'winner-loss', 'confusion', 'optimism']) assert.equal(await page.locator(`[data-chart=${chart}]`).count(), 1, chart);
  assert.equal(await page.locator('#ledger tbody tr').count(), 1);
  await close();
});
