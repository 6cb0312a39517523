// The trials one after the other, and their learning curves.
import { grid, option, tooltip, uprightAxis, valueAxis, zoom } from '../axes';
import { ChartFigure, type Chart } from '../chart';
import { h } from '../dom';
import { count, integer, seconds, words } from '../format';
import { choice, fold, lead, missing, plainTable, section, type Section } from '../layout';
import type { Palette } from '../palette';
import type { Study } from '../study';

const shares: [string, string][] = [['1', 'all results'], ['0.75', 'the best three quarters'], ['0.5', 'the best half'], ['0.1', 'the best tenth']];
const many = 1500; // marks beyond which a canvas is quicker than SVG

export function trialsSection(study: Study): Section {
  if (study.bestFirst.length === 0) return section('trials', 'Trials and their curves', missing('No trial was trained to its end yet.'));
  const { trials } = study.document;
  const states = (['complete', 'pruned', 'paused', 'failed', 'running', 'waiting'] as const)
    .map((state) => [state, trials.state.filter((s) => s === state).length] as const).filter(([, n]) => n > 0);
  return section('trials', 'Trials and their curves',
    lead(`${count(study.count, 'trial')}: ${states.map(([state, n]) => `${integer(n)} ${state}`).join(', ')}.`),
    history(study), study.document.curves.length > 0 ? curves(study) : null,
    Object.keys(trials.failure).length > 0 ? fold('Failed trials and why', () => plainTable('Failed trials', ['trial', 'reason'], Object.entries(trials.failure))) : null);
}

function history(study: Study): HTMLElement {
  const { measure, document: { trials } } = study;
  let keep = study.bestFirst.length >= 8 ? 0.75 : 1;
  let byTime = false;
  const order = [...study.bestFirst].sort((a, b) => a - b);
  const place = (row: number): number => (byTime ? (trials.start[row] ?? 0) / 60 : trials.number[row]!);
  const steps = (): number[][] => {
    const ends = [...order].sort((a, b) => place(a) - place(b));
    const line: number[][] = [];
    let best: number | null = null;
    for (const row of ends) {
      const value = study.value(row)!;
      if (best === null || measure.better(value, best)) { best = value; line.push([place(row), measure.scale(best)]); }
    }
    const last = Math.max(...study.bestFirst.map(place));
    if (best !== null) line.push([last, measure.scale(best)]);
    return line;
  };
  const predicted = Object.entries(trials.predicted).map(([trial, value]) => ({ row: study.row(Number(trial)), value })).filter(({ row }) => row >= 0);
  const chart: Chart = {
    name: 'history', title: 'History', height: (width) => (width < 480 ? 320 : 380),
    alt: `${words(measure.name)} of ${count(study.bestFirst.length, 'trial')} that ran to the end, in their order. The best, ${measure.value(study.value(study.bestFirst[0]!)!)}, is trial ${trials.number[study.bestFirst[0]!]}.`,
    caption: study.bestFirst.length < study.count ? [`The ${count(study.bestFirst.length, 'trial')} that were trained to the end, of ${integer(study.count)}; the others have no result. `,
      predicted.length > 0 ? `Rings: what ${integer(predicted.length)} of them would have come to, predicted from trials that were to be trained to the end whatever they showed, with 95 % intervals.` : null] : undefined,
    legend: [{ label: 'trials', mark: 'dot', colour: (p) => p.tuned }, ...(predicted.length > 0 ? [{ label: 'predicted', mark: 'ring' as const, colour: (p: Palette): string => p.other }] : []), { label: 'untuned default', mark: 'diamond', colour: (p) => p.untuned }, { label: 'best so far', mark: 'line', colour: (p) => p.ink }],
    controls: h('div', { class: 'controls' },
      choice('Show', shares, String(keep), (value) => { keep = Number(value); drawing.refresh(); }),
      choice('by', [['number', 'number'], ['time', 'time']], 'number', (value) => { byTime = value === 'time'; drawing.refresh(); })),
    canvas: () => study.bestFirst.length > many,
    option: ({ palette }) => {
      const rows = study.top(keep);
      const heights = rows.map((row) => measure.scale(study.value(row)!));
      const axis = measure.axis(heights.reduce((a, b) => Math.min(a, b)), heights.reduce((a, b) => Math.max(a, b)));
      const small = rows.length > 2000;
      return option({
        grid: grid({ top: 30, bottom: 58 }),
        xAxis: valueAxis(palette, byTime ? 'minutes since the study began' : 'trial', { splitLine: { show: false }, scale: false, min: 0, ...(byTime ? {} : { minInterval: 1 }), max: 'dataMax' }),
        yAxis: uprightAxis(palette, measure.label, axis),
        dataZoom: zoom(palette),
        tooltip: tooltip(palette, ({ data }) => {
          const row = (data as number[])[2];
          if (row === undefined) return null;
          const value = study.value(row), foretold = trials.predicted[String(trials.number[row])];
          return [`trial ${trials.number[row]}: ${value !== null ? measure.value(value) : foretold ? `predicted ${measure.interval(foretold)}` : ''}`,
            `${trials.state[row]} after ${count(trials.epochs[row]!, 'epoch')}, ${seconds(trials.seconds[row]!)}${trials.role[row] ? `, ${trials.role[row]}` : ''}`, ...study.setting(row)];
        }),
        series: [
          { type: 'scatter', name: 'trials', symbol: 'circle', symbolSize: small ? 4 : 7, cursor: 'default', itemStyle: { color: palette.tuned, opacity: small ? 0.5 : 0.85 },
            data: rows.filter((row) => row !== study.defaultRow).map((row) => [place(row), measure.scale(study.value(row)!), row]) },
          { type: 'custom', name: 'predicted', silent: true, clip: true, encode: { x: 0, y: [1, 2] }, data: predicted.map(({ row, value }) => [place(row), measure.scale(value.low), measure.scale(value.high)]),
            renderItem: (_: unknown, api: { value: (i: number) => number; coord: (p: number[]) => [number, number] }) => {
              const [x, y1] = api.coord([api.value(0), api.value(1)]);
              return { type: 'line', shape: { x1: x, y1, x2: x, y2: api.coord([api.value(0), api.value(2)])[1] }, style: { stroke: palette.other, lineWidth: 1, opacity: 0.6 } };
            } },
          { type: 'scatter', name: 'predicted', symbol: 'circle', symbolSize: 6, clip: true, itemStyle: { color: palette.ground, borderColor: palette.other, borderWidth: 1.2 },
            data: predicted.map(({ row, value }) => [place(row), measure.scale(value.estimate), row]) },
          { type: 'line', name: 'best so far', step: 'end', symbol: 'none', silent: true, lineStyle: { color: palette.ink, width: 1.5 }, data: steps(), clip: true },
          { type: 'scatter', name: 'default', symbol: 'diamond', symbolSize: 13, itemStyle: { color: palette.untuned }, z: 5,
            data: study.defaultRow >= 0 && study.value(study.defaultRow) !== null ? [[place(study.defaultRow), measure.scale(study.value(study.defaultRow)!), study.defaultRow]] : [] },
        ],
      });
    },
    table: () => ({
      columns: ['trial', 'state', measure.name, 'predicted', 'low', 'high', 'epochs', 'seconds', 'start', 'role', ...study.document.study.space.map((p) => p.name)],
      rows: trials.number.map((n, row) => [n, trials.state[row], study.value(row), ...(['estimate', 'low', 'high'] as const).map((key) => trials.predicted[String(n)]?.[key] ?? null), trials.epochs[row], trials.seconds[row], trials.start[row], trials.role[row], ...study.document.study.space.map((p) => study.parameter(row, p.name))]),
    }),
  };
  const drawing = new ChartFigure(chart);
  return drawing.element;
}

function curves(study: Study): HTMLElement {
  const { measure, document: doc } = study;
  const tuned = study.tunedRow;
  const all = doc.curves.map((curve) => ({ ...curve, row: study.row(curve.trial) })).filter((curve) => curve.values.some((v) => v !== null));
  const whole = all.filter((curve) => study.value(curve.row) !== null);
  let shown = all;
  const points = (values: (number | null)[]): number[][] => values.flatMap((v, i) => (v === null ? [] : [[i + 1, measure.scale(v)]]));
  const chart: Chart = {
    name: 'curves', title: 'Learning curves', height: (width) => (width < 480 ? 300 : 360),
    alt: `${words(measure.name)} after each epoch of ${count(all.length, 'trial')}; those that end early were cut short.`,
    caption: ['Where schedules differ, values at the same epoch do not tell which is better: a rate that falls late lets a curve rise late. ',
      doc.curves.length < study.count ? `${integer(doc.curves.length)} of ${integer(study.count)} trials: the best, the default and an even sample.` : null],
    legend: [{ label: 'trials', mark: 'line', colour: (p) => p.other }, ...(tuned >= 0 ? [{ label: doc.confirmation ? 'tuned' : 'best', mark: 'line' as const, colour: (p: Palette) => p.tuned }] : []),
      ...(study.defaultRow >= 0 ? [{ label: 'untuned default', mark: 'line' as const, colour: (p: Palette) => p.untuned }] : [])],
    controls: whole.length === 0 || whole.length === all.length ? undefined
      : choice('Show', [['all', 'all'], ['whole', 'those trained to the end']], 'all', (value) => { shown = value === 'all' ? all : whole; drawing.refresh(); }),
    option: ({ palette }) => {
      const rows = shown;
      const special = (row: number): boolean => row === tuned || row === study.defaultRow;
      const heights = rows.flatMap((c) => points(c.values).map((p) => p[1]!));
      // The first epochs are far below the rest; the axis begins where most of the drawn values are.
      const axis = measure.axis(...ends(heights, rows.length >= 8));
      return option({
        grid: grid({ top: 30 }),
        xAxis: valueAxis(palette, 'epoch', { min: 1, max: Math.max(2, ...rows.map((c) => c.values.length)), scale: false, minInterval: 1, splitLine: { show: false } }),
        yAxis: uprightAxis(palette, measure.label, axis),
        tooltip: tooltip(palette, ({ data }) => {
          const row = (data as { row?: number }).row;
          return row === undefined || row < 0 ? null : [`trial ${doc.trials.number[row]}: ${study.value(row) === null ? `${doc.trials.state[row]} after ${count(doc.trials.epochs[row]!, 'epoch')}` : measure.value(study.value(row)!)}`, ...study.setting(row)];
        }),
        series: [
          { type: 'lines', coordinateSystem: 'cartesian2d', polyline: true, clip: true, lineStyle: { color: palette.other, opacity: rows.length > 60 ? 0.3 : 0.5, width: 1 },
            emphasis: { lineStyle: { opacity: 1, width: 2, color: palette.ink } },
            data: rows.filter((c) => c.row < 0 || !special(c.row)).filter((c) => c.values.length > 1).map((c) => ({ coords: points(c.values), row: c.row })) },
          { type: 'scatter', symbolSize: 4, silent: true, itemStyle: { color: palette.other }, data: rows.filter((c) => c.values.length === 1).map((c) => points(c.values)[0]!) },
          ...all.filter((c) => special(c.row)).map((c) => ({ type: 'line', symbol: 'none', silent: true, clip: true, z: 5, lineStyle: { width: 2.5, color: c.row === tuned && c.row !== study.defaultRow ? palette.tuned : palette.untuned }, data: points(c.values) })),
        ],
      });
    },
    table: () => ({ columns: ['trial', 'epoch', measure.name], rows: doc.curves.flatMap((c) => c.values.map((v, i) => [c.trial, i + 1, v])) }),
  };
  const drawing = new ChartFigure(chart);
  return drawing.element;

  function ends(heights: number[], cut: boolean): [number, number] {
    const sorted = [...heights].sort((a, b) => a - b);
    const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))]!;
    if (!cut) return [at(0), at(1)];
    return measure.maximize ? [at(0.1), at(1)] : [at(0), at(0.9)];
  }
}
