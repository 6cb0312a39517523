import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv } from '../src/csv';
import { dark, light } from '../src/palette';
import { bins, fences, jitter, quantile, roundAxis, sample } from '../src/stats';

test('CSV quotes what would break it, and null is empty', () => {
  assert.equal(csv({ columns: ['a', 'b'], rows: [['x,y', 1], ['say "hi"', null], ['two\nlines', false]] }),
    'a,b\r\n"x,y",1\r\n"say ""hi""",\r\n"two\nlines",false\r\n');
});

test('quantiles are linear between the values', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([7], 0.9), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('a sample keeps the best and spreads over the rest', () => {
  const all = Array.from({ length: 1000 }, (_, i) => i);
  const taken = sample(all, 100);
  assert.equal(taken.length, 100);
  assert.deepEqual(taken.slice(0, 10), all.slice(0, 10));
  assert.equal(new Set(taken).size, 100);
  assert.ok(taken[taken.length - 1]! > 980);
  assert.deepEqual(sample([3, 1, 2], 100), [3, 1, 2]);
});

test('axes are round and hold all values', () => {
  for (const [low, high] of [[84.9, 94.6], [0.1012, 0.1013], [0, 1], [-3, 1200], [5, 5], [0, 0]] as const) {
    const { min, max, interval } = roundAxis(low, high);
    assert.ok(min <= low && max >= high, `${low} to ${high}: ${min} to ${max}`);
    const steps = (max - min) / interval;
    assert.ok(Math.abs(steps - Math.round(steps)) < 1e-6 && steps >= 1 && steps <= 10, `${steps} steps`);
  }
});

test('bins hold every value once', () => {
  const values = Array.from({ length: 500 }, (_, i) => jitter(i));
  const { edges, counts } = bins(values);
  assert.equal(edges.length, counts.length + 1);
  assert.equal(counts.reduce((a, b) => a + b, 0), 500);
  assert.deepEqual(bins([2, 2]).counts, [2]);
});

// WCAG 2: relative luminance.
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('text has contrast 4.5, marks 3, on their ground', () => {
  for (const palette of [light, dark]) {
    const contrast = (colour: string): number => {
      const [a, b] = [luminance(colour), luminance(palette.ground)].sort((x, y) => y - x) as [number, number];
      return (a + 0.05) / (b + 0.05);
    };
    for (const text of [palette.ink, palette.muted]) assert.ok(contrast(text) >= 4.5, `${text} ${contrast(text)}`);
    for (const mark of [palette.tuned, palette.untuned, palette.other, palette.third, palette.bad]) assert.ok(contrast(mark) >= 3, `${mark} ${contrast(mark)}`);
  }
});

test('a diverged run does not squeeze an axis, a wide spread keeps it', () => {
  const close = [90, 90.5, 91, 91.5, 92, 92.5];
  assert.deepEqual(fences(close), { low: 90, high: 92.5 });
  const { low, high } = fences([10, ...close]);
  assert.ok(low > 80 && low < 90);
  assert.equal(high, 92.5);
  assert.deepEqual(fences([1, 2, 50, 60, 70, 99]), { low: 1, high: 99 });
  assert.deepEqual(fences([5, 5, 5, 9]), { low: 5, high: 9 });
});
