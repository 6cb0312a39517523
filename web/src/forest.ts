// Estimates with their intervals, a row for each: a dot where the estimate is, a line from low to high.
import { categoryAxis, grid, option, tooltip, valueAxis } from './axes';
import type { Chart } from './chart';
import type { Interval } from './generated/document';
import type { Palette } from './palette';

export interface ForestSeries {
  name: string;
  colour: (palette: Palette) => string;
  shape?: 'dot' | 'diamond' | 'cross';
  values: (Interval | null)[]; // one for each row
  points?: number[][]; // single runs behind each row, drawn faintly
}

export interface Forest {
  name: string;
  title: string;
  alt: string;
  caption?: Chart['caption'];
  rows: string[];
  series: ForestSeries[];
  axis: string;
  scale: (value: number) => number;
  text: (x: Interval) => string;
  from?: number; // of the axis, scaled
  zero?: boolean; // a line at zero, which is always in sight
  together?: boolean; // series have no row in common, so they need not lie beside each other
}

// An estimate without an interval: a dot.
export function point(x: { estimate: number } | null): Interval | null {
  return x && { estimate: x.estimate, low: x.estimate, high: x.estimate };
}

interface Api {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
  size: (span: [number, number]) => [number, number];
}

function mark(shape: ForestSeries['shape'], x: number, y: number, colour: string): object {
  if (shape === 'diamond') {
    return { type: 'polygon', shape: { points: [[x - 6, y], [x, y - 6], [x + 6, y], [x, y + 6]] }, style: { fill: colour } };
  }
  if (shape === 'cross') {
    return { type: 'path', shape: { d: `M${x - 5} ${y - 5}L${x + 5} ${y + 5}M${x - 5} ${y + 5}L${x + 5} ${y - 5}` }, style: { stroke: colour, lineWidth: 2, fill: 'none' } };
  }
  return { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { fill: colour } };
}

export function forest(spec: Forest): Chart {
  const beside = spec.together ? 1 : spec.series.length;
  const offsets = spec.series.map((_, i) => (spec.together ? 0 : (i - (beside - 1) / 2) * 0.26));
  const longest = spec.rows.reduce((most, row) => Math.max(most, row.length), 0) * 6.8;
  const labelWidth = (width: number): number => Math.min(longest, 200, width * 0.4);
  const lines = (width: number): number => (longest > labelWidth(width) ? 2 : 1);
  return {
    name: spec.name, title: spec.title, alt: spec.alt, caption: spec.caption,
    legend: spec.series.length > 1
      ? spec.series.map((s) => ({ label: s.name, mark: s.shape ?? 'dot', colour: s.colour })) : [],
    height: (width) => 60 + spec.rows.length * Math.max(beside > 1 ? 22 + 12 * beside : 28, 6 + 16 * lines(width)),
    option: ({ palette, width }) => option({
      grid: grid({ left: 4, bottom: 40 }),
      xAxis: valueAxis(palette, spec.axis, {
        splitNumber: Math.max(2, Math.floor((width - labelWidth(width)) / 80)),
        ...(spec.from === undefined ? {} : { min: spec.from, scale: false }),
        ...(spec.zero ? { scale: false } : {}),
      }),
      yAxis: categoryAxis(palette, spec.rows, {
        inverse: true, axisLine: { show: false },
        axisLabel: { color: palette.ink, width: labelWidth(width), overflow: 'break', lineHeight: 14, interval: 0 },
      }),
      tooltip: tooltip(palette, ({ seriesName, dataIndex }) => {
        const series = spec.series.find((s) => s.name === seriesName);
        const x = series?.values[dataIndex];
        return x && series ? [spec.rows[dataIndex], spec.series.length > 1 ? series.name : null, spec.text(x)] : null;
      }),
      series: spec.series.map((series, index) => ({
        // Not clipped: a mark at the end of the axis is drawn whole. The axis holds the single runs too.
        type: 'custom', name: series.name, clip: false, encode: { x: [1, 2, 3, 4, 5], y: 0, tooltip: [1, 2, 3] },
        data: series.values.map((x, row) => {
          if (!x) return [row, '-', '-', '-', '-', '-'];
          const runs = series.points?.[row] ?? [];
          return [row, ...[x.estimate, x.low, x.high, Math.min(x.low, ...runs), Math.max(x.high, ...runs)].map((v) => spec.scale(v))];
        }),
        markLine: index === 0 && spec.zero
          ? { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: palette.muted, type: 'solid', width: 1 }, data: [{ xAxis: 0 }] } : undefined,
        renderItem: (_: unknown, api: Api) => {
          if (!Number.isFinite(api.value(1))) return null;
          const colour = series.colour(palette);
          const [x, middle] = api.coord([api.value(1), api.value(0)]);
          const y = middle + offsets[index]! * api.size([0, 1])[1];
          const [left] = api.coord([api.value(2), api.value(0)]);
          const [right] = api.coord([api.value(3), api.value(0)]);
          const runs = (series.points?.[api.value(0)] ?? []).map((value) => ({
            type: 'circle', silent: true, shape: { cx: api.coord([spec.scale(value), api.value(0)])[0], cy: y, r: 3 },
            style: { fill: colour, opacity: 0.3 },
          }));
          return { type: 'group', children: [...runs,
            { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style: { stroke: colour, lineWidth: 2, lineCap: 'round' } },
            mark(series.shape, x, y, colour)] };
        },
      })),
    }),
    table: () => ({
      columns: ['name', ...(spec.series.length > 1 ? ['series'] : []), 'estimate', 'low', 'high'],
      rows: spec.rows.flatMap((row, i) => spec.series.flatMap((s) => {
        const x = s.values[i];
        return x ? [[row, ...(spec.series.length > 1 ? [s.name] : []), x.estimate, x.low, x.high]] : [];
      })),
    }),
  };
}
