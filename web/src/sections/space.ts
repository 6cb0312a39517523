// Where good settings lie: parallel coordinates, and the measure against each hyperparameter (slices).
import { option, tooltip, valueAxis } from '../axes';
import { AxisFilter, type FilterAxis } from '../axis_filter';
import { ChartFigure, type Chart } from '../chart';
import { h } from '../dom';
import { count, integer, number, parameterValue, words } from '../format';
import type { Parameter, StudyDocument } from '../generated/document';
import { choice, fold, lead, missing, section, table, type Section } from '../layout';
import { jitter, roundAxis, sample } from '../stats';
import { position, rangeText, type Study } from '../study';

const title = 'Where good settings lie';
const mostLines = 600;
const mostDots = 500; // in each slice

export function spaceSection(study: Study): Section {
  if (study.bestFirst.length < 2) return section('space', title, missing('A picture of the space needs more than one trial that was trained to the end.', study.command('tune --resume', '--trials 20')), spaceTable(study.document));
  let keep = study.bestFirst.length >= 8 ? 0.75 : 1;
  const charts: ChartFigure[] = [];
  const filter = new AxisFilter((passes) => {
    const rows = study.top(keep);
    const left = rows.filter((row) => passes(worth(study), study.measure.scale(study.value(row)!)) && study.parameters.every((p) => passes(p.name, position(p, study.parameter(row, p.name)))));
    if (left.length === rows.length) return `All ${integer(rows.length)} trials.`;
    return left.length === 0 ? `None of ${count(rows.length, 'trial')}.`
      : `${integer(left.length)} of ${count(rows.length, 'trial')}; the best of them, trial ${study.document.trials.number[left[0]!]}, has ${study.measure.value(study.value(left[0]!)!)}.`;
  });
  const parallel = new ChartFigure(parallelChart(study, () => keep, filter));
  const slices = new ChartFigure(slicesChart(study, () => keep));
  charts.push(parallel, slices);
  return section('space', title,
    lead('Each line or dot is a trial that was trained to the end. The most important hyperparameters come first.'),
    h('div', { class: 'controls' }, choice('Show', [['1', 'all results'], ['0.75', 'the best three quarters'], ['0.5', 'the best half'], ['0.1', 'the best tenth']], String(keep), (value) => {
      keep = Number(value);
      charts.forEach((chart) => chart.refresh());
    })),
    parallel.element, filter.element, slices.element, spaceTable(study.document));
}

function spaceTable({ study: { space, fixed } }: StudyDocument): HTMLElement {
  return fold('All hyperparameters: ranges, defaults and what they do', () => [
    table('Searched', [{ title: 'Name' }, { title: 'Range' }, { title: 'Default', number: true }, { title: 'What it does' }],
      space.map((p) => [h('code', {}, p.name), [rangeText(p), p.unit ? ` ${p.unit}` : '', p.condition ? `; only with ${p.condition.parent} ${p.condition.values.map(parameterValue).join(' or ')}` : ''],
        parameterValue(p.default), p.effect])),
    Object.keys(fixed).length > 0 ? table('Held fixed', [{ title: 'Name' }, { title: 'Value', number: true }], Object.entries(fixed).map(([name, text]) => [h('code', {}, name), text])) : null]);
}

// Drawn in the order worst to best, so that the best lie on top.
function drawnRows(study: Study, keep: number, most: number): number[] {
  return sample(study.top(keep), most).reverse();
}

// The measure's axis: "accuracy".
function worth({ measure }: Study): string { return words(measure.name).split(' ').pop()!; }

function ends(study: Study, rows: number[]): [number, number] {
  const heights = rows.map((row) => study.measure.scale(study.value(row)!));
  return [heights.reduce((a, b) => Math.min(a, b)), heights.reduce((a, b) => Math.max(a, b))];
}

function axisOf(p: Parameter): object {
  if (p.choices) return { type: 'category', data: p.choices.map(parameterValue) };
  return { type: p.log ? 'log' : 'value', min: p.low ?? undefined, max: p.high ?? undefined, ...(p.log ? {} : { scale: true }), axisLabel: { formatter: (x: number) => number(x, 2) } };
}

function parallelChart(study: Study, keep: () => number, filter: AxisFilter): Chart {
  const { measure } = study;
  const shown = (width: number): Parameter[] => study.parameters.slice(0, Math.max(3, Math.floor(width / 84) - 1));
  const axes = (width: number): FilterAxis[] => {
    const { min, max } = roundAxis(...ends(study, drawnRows(study, keep(), mostLines)));
    return [...shown(width).map(({ name, low, high, choices }) => (choices ? { name, low: 0, high: choices.length - 1, choices: choices.map(parameterValue) } : { name, low: low ?? NaN, high: high ?? NaN, choices: null })),
      { name: worth(study), low: min, high: max, choices: null }];
  };
  return {
    name: 'parallel', title: 'Parallel coordinates', height: (width) => (width < 480 ? 340 : 380),
    alt: `Settings of the trials as lines over ${study.parameters.length} hyperparameters, coloured by ${words(measure.name)}. `
      + (study.tunedRow >= 0 ? `The best: ${study.setting(study.tunedRow).join(', ')}.` : ''),
    caption: `Drag along an axis to pick a range, click it to let go; or type ranges below. Strongest colour: best. The chart shows as many axes as fit, the most important ones. Of more than ${integer(mostLines)} trials, the best and an even sample of the others are drawn.`,
    legend: [{ label: 'worse', mark: 'line', colour: (p) => p.ramp[0]! }, { label: 'better', mark: 'line', colour: (p) => p.ramp[p.ramp.length - 1]! }],
    canvas: () => study.top(keep()).length > 250,
    drawn: (instance, width) => filter.attach(instance, axes(width)),
    option: ({ palette, width }) => {
      const rows = drawnRows(study, keep(), mostLines);
      const parameters = shown(width);
      const [min, max] = ends(study, rows);
      const value = parameters.length;
      const rankOf = new Map(rows.map((row, rank) => [row, rank])); // colours are spread evenly over the drawn trials
      const axisText = { color: palette.ink, fontSize: 11, backgroundColor: `${palette.ground}cc`, padding: [1, 3] };
      return option({
        parallel: { left: 30, right: 66, top: 46, bottom: 14, parallelAxisDefault: {
          nameLocation: 'start', nameGap: 16, nameRotate: parameters.length > 5 ? 18 : 0, nameTextStyle: { color: palette.ink, fontSize: 11, align: 'left' }, inverse: false,
          axisLine: { lineStyle: { color: palette.other } }, axisTick: { show: false }, axisLabel: axisText, areaSelectStyle: { width: 14, color: palette.tuned, opacity: 0.25, borderWidth: 0 } } },
        parallelAxis: [
          ...parameters.map((p, dim) => {
            const axis = axisOf(p) as { axisLabel?: object };
            return { dim, id: p.name, name: p.name, nameLocation: 'end', ...axis, axisLabel: { ...axisText, ...(axis.axisLabel ?? {}) } };
          }),
          { dim: value, id: worth(study), name: worth(study), nameLocation: 'end', nameTextStyle: { color: palette.ink, fontSize: 11, fontWeight: 600, align: 'left' }, type: 'value', ...roundAxis(min, max), axisLabel: { ...axisText, formatter: (x: number) => number(x, 4) } },
        ],
        visualMap: { show: false, type: 'continuous', min: 0, max: Math.max(1, rows.length - 1), dimension: value + 1, inRange: { color: palette.ramp } },
        series: [{ type: 'parallel', lineStyle: { width: rows.length > 200 ? 1 : 1.5, opacity: rows.length > 200 ? 0.35 : 0.6 }, inactiveOpacity: 0.02, activeOpacity: 0.8, progressive: 0,
          data: rows.map((row) => [...parameters.map((p) => {
            const x = study.parameter(row, p.name);
            return p.choices ? (x === null ? x : parameterValue(x)) : x ?? '-'; // a text that is no choice would become a point at NaN
          }), measure.scale(study.value(row)!), rankOf.get(row)!]) }],
      });
    },
    table: () => ({
      columns: ['trial', measure.name, ...study.parameters.map((p) => p.name)],
      rows: study.top(keep()).map((row) => [study.document.trials.number[row], study.value(row), ...study.parameters.map((p) => study.parameter(row, p.name))]),
    }),
  };
}

function slicesChart(study: Study, keep: () => number): Chart {
  const { measure } = study;
  const { parameters } = study;
  const columns = (width: number): number => (width < 480 ? 2 : Math.min(4, Math.floor(width / 210)));
  const rowHeight = 190;
  return {
    name: 'slices', title: 'Slices', height: (width) => Math.ceil(parameters.length / columns(width)) * rowHeight + 8,
    alt: `${words(measure.name)} against each of ${parameters.length} hyperparameters: ${parameters.map((p) => p.name).join(', ')}.`,
    caption: `The ${words(measure.name)} against one hyperparameter at a time. Diamond: the untuned default. Each panel draws at most ${integer(mostDots)} trials.`,
    canvas: () => Math.min(mostDots, study.top(keep()).length) * parameters.length > 2500,
    option: ({ palette, width }) => {
      const rows = drawnRows(study, keep(), mostDots);
      const across = columns(width);
      const cell = width / across;
      const axis = roundAxis(...ends(study, rows));
      const { min, max } = axis;
      const rankOf = new Map(rows.map((row, rank) => [row, rank]));
      const left = 40;
      const untuned = study.defaultRow;
      return option({
        grid: parameters.map((_, i) => ({ left: (i % across) * cell + left, top: Math.floor(i / across) * rowHeight + 26, width: cell - left - 14, height: rowHeight - 66 })),
        xAxis: parameters.map((p, i) => {
          const shared = { gridIndex: i, name: p.name, nameGap: 24, nameTextStyle: { color: palette.ink, fontSize: 12 }, splitLine: { show: false }, axisLine: { show: true, onZero: false, lineStyle: { color: palette.line } } };
          if (p.choices) {
            const texts = p.choices.map(parameterValue);
            const room = (cell - left - 14) / texts.length;
            return valueAxis(palette, p.name, { ...shared, scale: false, min: -0.5, max: texts.length - 0.5, interval: 0.5, splitNumber: texts.length * 2,
              axisLabel: { color: palette.muted, fontSize: 10, hideOverlap: false, showMinLabel: false, showMaxLabel: false, interval: 0, width: room, overflow: 'truncate', formatter: (x: number) => (Number.isInteger(x) ? texts[x] ?? '' : '') } });
          }
          return valueAxis(palette, p.name, { ...shared, ...(p.log ? { type: 'log', scale: undefined } : {}), min: p.low ?? undefined, max: p.high ?? undefined,
            axisLabel: { color: palette.muted, fontSize: 10, hideOverlap: true, formatter: (x: number) => number(x, 2) } });
        }),
        yAxis: parameters.map((_, i) => valueAxis(palette, '', { gridIndex: i, ...axis, axisLabel: { color: palette.muted, fontSize: 10, showMinLabel: false, showMaxLabel: false, hideOverlap: true } })),
        tooltip: tooltip(palette, ({ data }) => {
          const row = (data as number[])[3];
          return row === undefined ? null : [`trial ${study.document.trials.number[row]}: ${measure.value(study.value(row)!)}`, ...study.setting(row)];
        }),
        visualMap: { show: false, type: 'continuous', dimension: 2, min: 0, max: Math.max(1, rows.length - 1), inRange: { color: palette.ramp }, seriesIndex: parameters.map((_, i) => 2 * i) },
        series: parameters.flatMap((p, i) => {
          const dot = (row: number, spread: number): number[] | null => {
            const x = position(p, study.parameter(row, p.name));
            const y = measure.scale(study.value(row)!);
            return x === null ? null : [p.choices ? x + spread * (jitter(row) - 0.5) : x, y, rankOf.get(row) ?? 0, row];
          };
          const isDot = (d: number[] | null): d is number[] => d !== null;
          return [
            { type: 'scatter', xAxisIndex: i, yAxisIndex: i, symbolSize: rows.length > 200 ? 4 : 6, itemStyle: { opacity: rows.length > 200 ? 0.55 : 0.8 }, data: rows.map((row) => dot(row, 0.5)).filter(isDot) },
            { type: 'scatter', xAxisIndex: i, yAxisIndex: i, symbol: 'diamond', symbolSize: 11, itemStyle: { color: palette.untuned }, z: 5,
              data: untuned >= 0 && study.value(untuned) !== null ? [dot(untuned, 0)].filter(isDot).filter((d) => d[1]! >= min && d[1]! <= max) : [] },
          ];
        }),
      });
    },
    table: () => ({
      columns: ['trial', measure.name, ...parameters.map((p) => p.name)],
      rows: study.top(keep()).map((row) => [study.document.trials.number[row], study.value(row), ...parameters.map((p) => study.parameter(row, p.name))]),
    }),
  };
}
