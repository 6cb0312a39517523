// How vastly results vary: the distribution over the space, and how it narrows with training.
import { categoryAxis, grid, option, tooltip, uprightAxis, valueAxis } from '../axes';
import { ChartFigure, type Chart } from '../chart';
import { count, integer, share, words } from '../format';
import type { Spread } from '../generated/document';
import { choice, lead, missing, note, section, type Section } from '../layout';
import type { Palette } from '../palette';
import { bins, roundAxis } from '../stats';
import type { Study } from '../study';

export function spreadSection(study: Study): Section {
  const { document: doc, measure } = study;
  const { spread } = doc;
  if (!spread) return section('spread', 'How vastly results vary', missing('No trial has a result yet.', study.command('tune --resume')));
  const { shares } = spread;
  const [q1, median, q3] = spread.quartiles as [number, number, number];
  return section('spread', 'How vastly results vary',
    lead(spread.count === 1
      ? `One trial has a result: ${measure.value(spread.best)}.`
      : `The same network on the same images: ${words(measure.name)} from ${measure.value(spread.worst)} to ${measure.value(spread.best)} over ${count(spread.count, 'setting')}. `
        + `Half of them lie between ${measure.value(q1)} and ${measure.value(q3)}, around a median of ${measure.value(median)}.`),
    spread.count > 1 ? histogram(study, spread) : null,
    spread.count > 1 ? note(`Of all ${integer(study.count)} trials, ${share(shares.bad)} were bad, ${share(shares.pruned)} pruned, ${share(shares.diverged)} diverged and ${share(shares.failed)} failed. `,
      spread.bad_definition ? `Bad: ${spread.bad_definition}.` : null) : null,
    spread.by_budget.length > 0 ? budgetFigure(study, spread) : null);
}

interface Reference { label: string; value: number; colour: (palette: Palette) => string }

function references(study: Study, spread: Spread): Reference[] {
  const list: Reference[] = [];
  if (spread.count > 1) list.push({ label: 'median', value: spread.quartiles[1]!, colour: (p) => p.muted });
  const untuned = study.defaultRow >= 0 ? study.value(study.defaultRow) : null;
  if (untuned !== null) list.push({ label: 'untuned default', value: untuned, colour: (p) => p.untuned });
  const confirmed = study.document.optimism?.confirmed;
  if (confirmed) list.push({ label: 'tuned, confirmed', value: confirmed.estimate, colour: (p) => p.tuned });
  else if (spread.count > 1) list.push({ label: 'best, as claimed', value: spread.best, colour: (p) => p.tuned });
  return list;
}

function histogram(study: Study, spread: Spread): HTMLElement {
  const { measure } = study;
  const whole = spread.histogram;
  const best = spread.count >= 8 ? bins(study.top(0.75).map((row) => study.value(row)!)) : whole; // only how it is drawn
  let { edges, counts } = whole;
  const marks = references(study, spread);
  const chart: Chart = {
    name: 'spread', title: `Distribution of ${words(measure.name)} over all trials`,
    alt: `Histogram of ${count(spread.count, 'result')} from ${measure.value(spread.worst)} to ${measure.value(spread.best)}, median ${measure.value(spread.quartiles[1]!)}; `
      + marks.map((m) => `${m.label} ${measure.value(m.value)}`).join(', ') + '.',
    legend: [{ label: 'trials', mark: 'bar', colour: (p) => p.other }, ...marks.map((m) => ({ label: `${m.label}: ${measure.value(m.value)}`, mark: 'line' as const, colour: m.colour }))],
    controls: spread.count >= 8 ? choice('Show', [['whole', 'all results'], ['best', 'the best three quarters']], 'whole', (value) => { ({ edges, counts } = value === 'whole' ? whole : best); drawing.refresh(); }) : undefined,
    height: (width) => (width < 480 ? 240 : 280),
    option: ({ palette }) => option({
      grid: grid({ top: 24 }),
      xAxis: valueAxis(palette, measure.label, roundAxis(measure.scale(edges[0]!), measure.scale(edges[edges.length - 1]!))),
      yAxis: uprightAxis(palette, 'trials', { scale: false, minInterval: 1 }),
      tooltip: tooltip(palette, ({ dataIndex }) => (counts[dataIndex] === undefined ? null
        : [count(counts[dataIndex]!, 'trial'), `${measure.value(edges[dataIndex]!)} to ${measure.value(edges[dataIndex + 1]!)}`])),
      series: [{
        type: 'custom', encode: { x: [0, 1], y: 2 }, data: counts.map((n, i) => [measure.scale(edges[i]!), measure.scale(edges[i + 1]!), n]),
        renderItem: (_: unknown, api: { value: (i: number) => number; coord: (p: number[]) => [number, number] }) => {
          const [left, top] = api.coord([api.value(0), api.value(2)]);
          const [right, bottom] = api.coord([api.value(1), 0]);
          return { type: 'rect', shape: { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: bottom - top }, style: { fill: palette.other, opacity: 0.75 } };
        },
        markLine: { silent: true, symbol: 'none', label: { show: false },
          data: marks.map((m) => ({ xAxis: measure.scale(m.value), lineStyle: { color: m.colour(palette), width: 2, type: 'solid' } })) },
      }],
    }),
    table: () => ({ columns: ['from', 'to', 'trials'], rows: counts.map((n, i) => [edges[i], edges[i + 1], n]) }),
  };
  const drawing = new ChartFigure(chart);
  return drawing.element;
}

// Boxes by hand: a thin line from worst to best, a bar between the quartiles, a dot at the median.
function budgetFigure(study: Study, spread: Spread): HTMLElement {
  const { measure } = study;
  const rows = spread.by_budget;
  let whole = rows.length === 1 || spread.count < 8;
  const chart: Chart = {
    name: 'spread-by-budget', title: spread.count > 1 ? 'The same after fewer epochs' : 'After fewer epochs',
    alt: `Worst, quartiles and best ${words(measure.name)} by epochs of training: ` + rows.map((r) => `after ${count(r.epochs, 'epoch')} from ${measure.value(r.worst)} to ${measure.value(r.best)}, median ${measure.value(r.median)}`).join('; ') + '.',
    caption: spread.count === 1 ? undefined : 'Line: worst to best. Bar: middle half. Dot: median. Every trial that came as far is in the box, so later boxes hold what survived pruning.',
    controls: rows.length === 1 || spread.count < 8 ? undefined : choice('Show', [['whole', 'whole range'], ['middle', 'without the worst quarter']], whole ? 'whole' : 'middle', (value) => { whole = value === 'whole'; drawing.refresh(); }),
    height: () => 280,
    option: ({ palette }) => {
      const worst = rows.map((r) => measure.scale(whole ? r.worst : r.q1));
      const best = rows.map((r) => measure.scale(r.best));
      const axis = roundAxis(Math.min(...worst, ...best), Math.max(...worst, ...best));
      const { min } = axis;
      return option({
        grid: grid({ top: 30 }),
        xAxis: categoryAxis(palette, rows.map((r) => String(r.epochs)), { name: 'epochs', nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: palette.muted } }),
        yAxis: uprightAxis(palette, measure.label, axis),
        tooltip: tooltip(palette, ({ dataIndex }) => {
          const r = rows[dataIndex];
          return r ? [`after ${count(r.epochs, 'epoch')}: ${count(r.count, 'trial')}`, `best ${measure.value(r.best)}`, `quartiles ${measure.value(r.q1)}, ${measure.value(r.median)}, ${measure.value(r.q3)}`, `worst ${measure.value(r.worst)}`] : null;
        }),
        series: [{
          type: 'custom', clip: true, encode: { x: 0, y: [1, 2, 3, 4, 5] }, data: rows.map((r, i) => [i, ...[r.worst, r.q1, r.median, r.q3, r.best].map((v) => measure.scale(v))]),
          renderItem: (_: unknown, api: { value: (i: number) => number; coord: (p: number[]) => [number, number]; size: (p: number[]) => [number, number] }) => {
            const at = (dimension: number): number => api.coord([api.value(0), api.value(dimension)])[1];
            const x = api.coord([api.value(0), api.value(3)])[0];
            const half = Math.min(24, api.size([1, 0])[0] * 0.25);
            const inside = (y: number): number => Math.min(y, api.coord([0, min])[1]);
            return { type: 'group', children: [
              { type: 'line', shape: { x1: x, y1: inside(at(1)), x2: x, y2: at(5) }, style: { stroke: palette.other, lineWidth: 1.5 } },
              { type: 'rect', shape: { x: x - half, y: Math.min(at(4), at(2)), width: 2 * half, height: Math.abs(inside(at(2)) - at(4)), r: 2 }, style: { fill: palette.tuned, opacity: 0.35 } },
              { type: 'circle', shape: { cx: x, cy: at(3), r: 5 }, style: { fill: palette.tuned } }] };
          },
        }],
      });
    },
    table: () => ({ columns: ['epochs', 'trials', 'worst', 'q1', 'median', 'q3', 'best'], rows: rows.map((r) => [r.epochs, r.count, r.worst, r.q1, r.median, r.q3, r.best]) }),
  };
  const drawing = new ChartFigure(chart);
  return drawing.element;
}
