// How widely the results of the search lie: the values of the trials that were trained to the end.
import { grid, option, tooltip, uprightAxis, valueAxis } from '../axes';
import { ChartFigure, type Chart } from '../chart';
import { count, integer, share, words } from '../format';
import type { Spread } from '../generated/document';
import { choice, lead, missing, note, section, type Section } from '../layout';
import type { Palette } from '../palette';
import { bins } from '../stats';
import type { Study } from '../study';

export function spreadSection(study: Study): Section {
  const { document: doc, measure } = study;
  const { spread } = doc;
  if (!spread) return section('spread', 'How widely the results lie', missing('No trial was trained to its end yet.', study.command('tune --resume')));
  const { shares, against_default: other } = spread;
  const [q1, median, q3] = spread.quartiles as [number, number, number];
  return section('spread', 'How widely the results lie',
    lead(spread.count === 1
      ? `One trial was trained to its end: ${measure.value(spread.best)}.`
      : `The same network on the same images: ${words(measure.name)} from ${measure.value(spread.worst)} to ${measure.value(spread.best)} over the ${count(spread.count, 'setting')} that were trained to the end. `
        + `Half of them lie between ${measure.value(q1)} and ${measure.value(q3)}, around a median of ${measure.value(median)}.`),
    spread.count > 1 ? histogram(study, spread) : null,
    note(other ? `${integer(other.worse)} of the ${integer(other.of)} besides the untuned default ended ${measure.maximize ? 'below' : 'above'} its ${measure.value(other.value)}. ` : null,
      spread.text ? `${spread.text} ` : null,
      `Of all ${count(spread.ended, 'trial')} that ended, ${share(shares.diverged)} diverged and ${share(shares.failed)} failed. `,
      'A search picks its settings, so their results are no sample of the space.'));
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
    name: 'spread', title: `Distribution of ${words(measure.name)} of the trials trained to the end`,
    alt: `Histogram of ${count(spread.count, 'result')} from ${measure.value(spread.worst)} to ${measure.value(spread.best)}, median ${measure.value(spread.quartiles[1]!)}; `
      + marks.map((m) => `${m.label} ${measure.value(m.value)}`).join(', ') + '.',
    legend: [{ label: 'trials', mark: 'bar', colour: (p) => p.other }, ...marks.map((m) => ({ label: `${m.label}: ${measure.value(m.value)}`, mark: 'line' as const, colour: m.colour }))],
    controls: spread.count >= 8 ? choice('Show', [['whole', 'all results'], ['best', 'the best three quarters']], 'whole', (value) => { ({ edges, counts } = value === 'whole' ? whole : best); drawing.refresh(); }) : undefined,
    height: (width) => (width < 480 ? 240 : 280),
    option: ({ palette }) => option({
      grid: grid({ top: 24 }),
      xAxis: valueAxis(palette, measure.label, measure.axis(measure.scale(edges[0]!), measure.scale(edges[edges.length - 1]!))),
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
