// How vastly results vary: random settings of the space, none cut short, and the way from default to tuned.
import { categoryAxis, grid, option, tooltip, valueAxis, type Part } from '../axes';
import type { Chart } from '../chart';
import { h, prose } from '../dom';
import { forest } from '../forest';
import { count, integer, percent, range, words, type Measure } from '../format';
import type { Interval, OpenInterval, SpreadExperiment } from '../generated/document';
import { figure, lead, missing, note, section, type Section } from '../layout';
import { fences } from '../stats';
import type { Study } from '../study';
import { bestOfN } from './trust';

const title = 'How vastly results vary';

export function spreadExperimentSection(study: Study): Section {
  const experiment = study.document.spread_experiment;
  if (!experiment) {
    return section('spread-experiment', title,
      missing('The spread of results over the space was not measured. Trials of a search are no random settings, and many of them are cut short.', study.command('spread')));
  }
  const { measure } = study;
  const below = experiment.share_below_default;
  return section('spread-experiment', title,
    lead(`${count(experiment.settings, 'random setting')} of the space, each trained once for all ${count(experiment.epochs, 'epoch')}`,
      experiment.finished ? '. ' : ' (more are to come). ',
      below ? `${shareInterval(below)} of such settings end ${measure.maximize ? 'below' : 'above'} the untuned default's mean; ${toBeat(experiment)}` : null),
    figure(strip(study, experiment)),
    note('Intervals hold with 95 % whatever the shape of the distribution. ', remarks(measure, experiment)),
    experiment.best_of_n ? figure(bestOfN(study, experiment.best_of_n, { name: 'best-of-random', title: 'The best to expect from n random settings', axis: 'random settings', from: `these ${count(experiment.settings, 'setting')}`, enough: null })) : null,
    experiment.way.length > 1 ? figure(wayChart(study, experiment)) : null,
    experiment.way.length > 1 ? h('ul', {}, experiment.way.filter(({ text }) => text !== '').map(({ text }) => h('li', {}, prose(text)))) : null);
}

function shareInterval(x: Interval): string { return `${percent(x.estimate, 0)} ${range(x.low * 100, x.high * 100, 0)}`; }

function toBeat({ trials_to_beat_default: trials }: SpreadExperiment): string {
  if (trials.estimate === null) return 'none of them is known to beat it.';
  const bounds = trials.low === null ? '' : ` (${integer(trials.low)} ${trials.high === null ? 'or more' : `to ${integer(trials.high)}`})`;
  return `it takes ${integer(trials.estimate)}${bounds} to beat it with a probability of 95 %.`;
}

function remarks(measure: Measure, x: SpreadExperiment): string {
  return (x.diverged > 0 ? `${count(x.diverged, 'run')} diverged and ${x.diverged === 1 ? 'counts' : 'count'} as guessing, or as the worst. ` : '')
    + (x.failed > 0 ? `${count(x.failed, 'run')} failed for other reasons and ${x.failed === 1 ? 'is' : 'are'} left out. ` : '')
    + (x.seed?.same_setting && x.seed.two_settings && x.seed.share
      ? `Two trainings of one random setting with different seeds differ by ${distance(measure, x.seed.same_setting)}, two random settings by ${distance(measure, x.seed.two_settings)} `
        + `(medians, ${count(x.seed.trained_twice, 'setting')} trained twice): the seed's part of the spread is ${shareInterval(x.seed.share)}.` : '');
}

function distance(measure: Measure, x: Interval): string { return measure.differenceInterval(x).replace(/^\+/, ''); }

// Where a bound is missing the line ends at the estimate.
function drawn(x: OpenInterval): Interval | null {
  return x.estimate === null ? null : { estimate: x.estimate, low: x.low ?? x.estimate, high: x.high ?? x.estimate };
}

function openText(measure: Measure, x: OpenInterval): string {
  if (x.estimate === null) return '–';
  if (x.low !== null && x.high !== null) return measure.interval({ estimate: x.estimate, low: x.low, high: x.high });
  return measure.value(x.estimate) + (x.high !== null ? `, at most ${measure.value(x.high)}` : x.low !== null ? `, at least ${measure.value(x.low)}` : '');
}

function strip(study: Study, x: SpreadExperiment): Chart {
  const { measure } = study;
  const results = x.results.filter((v): v is number => v !== null);
  const rows = ['random settings', ...x.quantiles.map(({ share }) => `${percent(share, 0)} are worse`)];
  const none = rows.map(() => null);
  const median = x.quantiles.find(({ share }) => share === 0.5);
  const untuned = x.way.find(({ kind }) => kind === 'default')?.value;
  const tuned = x.way.find(({ kind }) => kind === 'tuned')?.value;
  const sight = fences(results);
  for (const mean of [untuned, tuned]) {
    const line = mean ? drawn(mean) : null;
    if (line) [sight.low, sight.high] = [Math.min(sight.low, line.low), Math.max(sight.high, line.high)];
  }
  const outside = results.filter((v) => v < sight.low || v > sight.high).length;
  const scale = (v: number): number => measure.scale(Math.min(Math.max(v, sight.low), sight.high));
  const chart = forest({
    name: 'spread-experiment', title: `${words(measure.name)} of random settings`.replace(/^./, (c) => c.toUpperCase()), axis: measure.label,
    alt: `${count(results.length, 'random setting')}: ` + x.quantiles.map((q) => `${percent(q.share, 0)} are worse than ${openText(measure, q)}`).join('; ')
      + (untuned ? `; the untuned default ${openText(measure, untuned)}` : '') + (tuned ? `; the tuned setting ${openText(measure, tuned)}` : '') + '.',
    caption: 'Faint dots: one training of each random setting, around their median. Below: the results than which so many settings are worse. '
      + 'Upright lines: means over seeds, with their 95 % intervals as bands. A line that ends at its mark: too few settings for that bound.'
      + (outside > 0 ? ` What lies beyond the axis stands at its end: ${count(outside, 'setting')}.` : ''),
    rows, scale, text: (v) => measure.interval(v), together: true,
    series: [
      { name: 'random settings', colour: (p) => p.other, values: [median ? drawn(median) : null, ...x.quantiles.map(drawn)], points: [results, ...x.quantiles.map(() => [])] },
      ...(untuned ? [{ name: `untuned default: ${openText(measure, untuned)}`, colour: (p: { untuned: string }) => p.untuned, values: none }] : []),
      ...(tuned ? [{ name: `tuned: ${openText(measure, tuned)}`, colour: (p: { tuned: string }) => p.tuned, values: none }] : []),
    ],
  });
  return { ...chart,
    option: (scene) => {
      const drawing = chart.option(scene) as Part;
      const series = drawing['series'] as Part[];
      const lines = ([[untuned, scene.palette.untuned], [tuned, scene.palette.tuned]] as const)
        .flatMap(([value, colour]) => (value && value.estimate !== null ? [{ value: drawn(value)!, colour }] : []));
      series[0] = { ...series[0],
        markLine: { silent: true, symbol: 'none', label: { show: false },
          data: lines.map(({ value, colour }) => ({ xAxis: measure.scale(value.estimate), lineStyle: { color: colour, width: 2, type: 'solid' } })) },
        markArea: { silent: true, data: lines.map(({ value, colour }) => [{ xAxis: measure.scale(value.low), itemStyle: { color: colour, opacity: 0.15 } }, { xAxis: measure.scale(value.high) }]) } };
      const ends = [measure.scale(sight.low), measure.scale(sight.high)];
      const axis = measure.axis(Math.min(...ends), Math.max(...ends));
      return option({ ...drawing, xAxis: { ...(drawing['xAxis'] as Part), ...axis, splitNumber: undefined } });
    },
    table: () => ({ columns: ['what', 'value', 'low', 'high'], rows: [
      ...x.quantiles.map((q) => [`${percent(q.share, 0)} are worse`, q.estimate, q.low, q.high]),
      ...x.way.filter(({ kind }) => kind === 'default' || kind === 'tuned').map(({ name, value }) => [name, value.estimate, value.low, value.high]),
      ...x.results.map((v, i) => [`random setting ${i + 1}`, v, null, null])] }) };
}

// A bar from the station before to this one, the mark and its interval over it.
function wayChart(study: Study, { way }: SpreadExperiment): Chart {
  const { measure } = study;
  const values = way.map(({ value }) => drawn(value));
  const better = (i: number): boolean => i > 0 && values[i] !== null && values[i - 1] !== null && measure.better(values[i]!.estimate, values[i - 1]!.estimate);
  return {
    name: 'way', title: 'The way from the default to the tuned setting',
    alt: way.map(({ name, value, step }) => `${name}: ${openText(measure, value)}${step ? `, a step of ${measure.differenceInterval(step)}` : ''}`).join('; ') + '.',
    caption: 'Mark and line: the mean over fresh seeds with its 95 % interval; of random settings, the median over the space. Bar: the step from the station above. '
      + 'All on the validation images, which took part in choosing the tuned setting.',
    legend: [{ label: 'a step to the better', mark: 'bar', colour: (p) => p.third }, { label: 'to the worse', mark: 'bar', colour: (p) => p.bad }],
    height: () => 70 + 46 * way.length,
    option: ({ palette, width }) => {
      const reach = values.flatMap((x) => (x ? [x.low, x.high] : [])).map((v) => measure.scale(v));
      const nameWidth = Math.min(190, width * 0.4);
      return option({
        grid: grid({ left: 4, bottom: 40 }),
        xAxis: valueAxis(palette, measure.label, measure.axis(Math.min(...reach), Math.max(...reach))),
        yAxis: categoryAxis(palette, way.map(({ name }) => name), { inverse: true, axisLine: { show: false },
          axisLabel: { color: palette.ink, width: nameWidth, overflow: 'break', lineHeight: 14, interval: 0 } }),
        tooltip: tooltip(palette, ({ dataIndex }) => {
          const at = way[dataIndex];
          return at ? [at.name, openText(measure, at.value), at.step ? `step ${measure.differenceInterval(at.step)}` : null, count(at.runs, 'run')] : null;
        }),
        series: [{
          type: 'custom', clip: false, encode: { x: [1, 2, 3, 4], y: 0 },
          data: values.map((x, i) => (x ? [i, ...[x.estimate, x.low, x.high, values[i - 1]?.estimate ?? x.estimate].map((v) => measure.scale(v))] : [i, '-', '-', '-', '-'])),
          renderItem: (_: unknown, api: { value: (i: number) => number; coord: (p: [number, number]) => [number, number] }) => {
            if (!Number.isFinite(api.value(1))) return null;
            const row = api.value(0);
            const at = (dimension: number): number => api.coord([api.value(dimension), row])[0];
            const y = api.coord([api.value(1), row])[1];
            const colour = row === 0 ? palette.untuned : better(row) ? palette.third : palette.bad;
            return { type: 'group', children: [
              { type: 'rect', shape: { x: Math.min(at(1), at(4)), y: y - 11, width: Math.abs(at(1) - at(4)), height: 22, r: 2 }, style: { fill: colour, opacity: 0.35 } },
              { type: 'line', shape: { x1: at(2), y1: y, x2: at(3), y2: y }, style: { stroke: palette.ink, lineWidth: 2, lineCap: 'round' } },
              { type: 'circle', shape: { cx: at(1), cy: y, r: 4.5 }, style: { fill: palette.ink } }] };
          },
        }],
      });
    },
    table: () => ({ columns: ['station', 'epochs', 'runs', 'value', 'low', 'high', 'step', 'step low', 'step high'],
      rows: way.map(({ name, epochs, runs, value, step }) => [name, epochs, runs, value.estimate, value.low, value.high, step?.estimate, step?.low, step?.high]) }),
  };
}
