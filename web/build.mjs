// Builds dist/page.html, one file with all script and style in it, which report.html is made from; also the tools for
// sample documents and validation, and the unit tests. Run in this folder after `npm ci`; the CMake build does so in
// its own copy of it.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { compileFromFile } from 'json-schema-to-typescript';

const mostBytes = 1.5 * 1024 * 1024;
const place = '{{study document}}'; // where html_report() puts the document

async function writeTypes() {
  const types = await compileFromFile('schema/study-comparison.schema.json', {
    cwd: 'schema',
    bannerComment: '// Generated from schema/*.json by build.mjs.',
    maxItems: -1,
    ignoreMinAndMaxItems: true,
    format: false,
  });
  await mkdir('src/generated', { recursive: true });
  await writeFile('src/generated/document.ts', types);
}

async function bundle(entry, options) {
  const result = await build({
    entryPoints: [entry], bundle: true, write: false, target: 'es2020', charset: 'ascii', legalComments: 'none',
    logLevel: 'warning', ...options,
  });
  return result.outputFiles[0].text;
}

async function writePage() {
  const script = await bundle('src/main.ts', { format: 'iife', minify: true });
  const style = await bundle('src/page.css', { minify: true });
  const template = await readFile('src/page.html', 'utf8');
  const page = template
    .replace('/* style */', () => style.trim())
    .replace('/* script */', () => script.trim());
  if (page.split(place).length !== 2) throw new Error(`the page must have ${place} exactly once`);
  if (/(src|href)="https?:/.test(page)) throw new Error('the page asks for something from elsewhere');
  const bytes = Buffer.byteLength(page);
  if (bytes > mostBytes) throw new Error(`the page has ${bytes} bytes; at most ${mostBytes} are wanted`);
  await writeFile('dist/page.html', page);
  console.log(`dist/page.html: ${Math.round(bytes / 1024)} KiB`);
}

const forNode = { platform: 'node', format: 'esm', target: 'node18', packages: 'external' };

async function writeTools() {
  for (const tool of ['sample', 'validate']) {
    await writeFile(`dist/${tool}.mjs`, await bundle(`tools/${tool}.ts`, forNode));
  }
}

async function writeTests() {
  await rm('dist/tests', { recursive: true, force: true });
  await mkdir('dist/tests', { recursive: true });
  for (const file of (await readdir('test')).filter((name) => name.endsWith('.test.ts'))) {
    await writeFile(`dist/tests/${file.replace('.ts', '.mjs')}`, await bundle(`test/${file}`, forNode));
  }
}

await mkdir('dist', { recursive: true });
await writeTypes();
await writeTools();
await writeTests();
await writePage();
