// The little arithmetic that drawing needs; whatever is a result comes from the document.

// The value below which the share q of the values lies (linear between order statistics).
export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const left = sorted[below]!;
  const right = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return left + (right - left) * (place - below);
}

// A repeatable number in [0, 1) for an index: jitter that does not change from drawing to drawing.
export function jitter(index: number): number {
  let x = (index + 1) * 0x9e3779b1;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

// At most `most` of the indices, which come best first: the best tenth of what may be kept, then an even sample of the rest.
export function sample(bestFirst: number[], most: number): number[] {
  if (bestFirst.length <= most) return bestFirst;
  const head = Math.ceil(most / 10);
  const rest = bestFirst.slice(head);
  const step = rest.length / (most - head);
  const taken = Array.from({ length: most - head }, (_, i) => rest[Math.floor(i * step)]!);
  return [...bestFirst.slice(0, head), ...taken];
}

// An axis over [low, high] that begins and ends at round numbers, about five steps long.
export function roundAxis(low: number, high: number): { min: number; max: number; interval: number } {
  const width = high - low || Math.abs(high) / 50 || 1;
  const power = 10 ** Math.floor(Math.log10(width / 5));
  const interval = power * ([1, 2, 5, 10].find((factor) => factor * power >= width / 6) ?? 10);
  const clean = (x: number): number => Number((x * interval).toPrecision(12));
  return { min: clean(Math.floor((low - 0.05 * width) / interval)), max: clean(Math.ceil((high + 0.05 * width) / interval)), interval };
}

// Where an axis may end so that a few far values do not squeeze the others: Tukey's outer fences, if they leave out
// more than half of the range; else the values' own ends.
export function fences(values: number[]): { low: number; high: number } {
  const low = quantile(values, 0), high = quantile(values, 1);
  const [first, third] = [quantile(values, 0.25), quantile(values, 0.75)];
  const reach = 3 * (third - first);
  const inner = { low: Math.max(low, first - reach), high: Math.min(high, third + reach) };
  return inner.high - inner.low < (high - low) / 2 && inner.high > inner.low ? inner : { low, high };
}

// Equal bins over the values, as a histogram draws them.
export function bins(values: number[], most = 30): { edges: number[]; counts: number[] } {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const n = high > low ? Math.max(5, Math.min(most, Math.ceil(2 * Math.cbrt(values.length)))) : 1;
  const width = (high - low) / n || Math.abs(high) / 100 || 1;
  const counts = new Array<number>(n).fill(0);
  for (const value of values) counts[Math.min(n - 1, Math.floor((value - low) / width))]! += 1;
  return { edges: Array.from({ length: n + 1 }, (_, i) => low + i * width), counts };
}
