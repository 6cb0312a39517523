// How far the numbers can be trusted: optimism, noise, and whether there were enough trials.
import { grid, option, uprightAxis, valueAxis } from '../axes';
import type { Chart } from '../chart';
import { h, prose } from '../dom';
import { forest, point } from '../forest';
import { count, integer, number, share, words, type Measure } from '../format';
import type { Interval } from '../generated/document';
import { figure, lead, missing, note, section, type Section } from '../layout';
import type { Study } from '../study';

// Of either kind of document: of the study's independent draws, or of a spread experiment's random settings.
export type BestCurve = { n: number[]; estimate: (number | null)[]; low: (number | null)[]; high: (number | null)[] };

export function trustSection(study: Study): Section {
  return section('trust', 'How far to trust it', optimism(study), recommended(study), noise(study), enough(study));
}

function optimism(study: Study): (HTMLElement | null)[] {
  const { measure, document: { optimism: x } } = study;
  if (!x) return [missing('No trial ran to its end, so the study claims nothing yet.')];
  const rows: [string, Interval | null][] = [
    ['claimed by the study', { estimate: x.claimed, low: x.claimed, high: x.claimed }], ['corrected for picking the best', point(x.shrunken)], ['the same setting on fresh seeds', x.same_setting],
  ];
  const known = rows.filter((row): row is [string, Interval] => row[1] !== null);
  return [
    h('h3', {}, 'Optimism'),
    lead(x.optimism ? `The study claimed ${measure.value(x.claimed)}; that was too good by ${measure.differenceInterval(x.optimism).replace(/^\+/, '')}: so much less the same setting reaches on fresh seeds.`
      : `The study claims ${measure.value(x.claimed)}: the best of ${count(study.bestFirst.length, 'complete trial')}, so most likely too good.`),
    known.length > 1 ? figure(forest({
      name: 'optimism', title: 'Claim and truth', axis: measure.label, rows: known.map(([name]) => name),
      alt: known.map(([name, y]) => `${name} ${measure.interval(y)}`).join('; ') + '.',
      scale: (y) => measure.scale(y), text: (y) => (y.low === y.high ? measure.value(y.estimate) : measure.interval(y)),
      series: [{ name: 'value', colour: (p) => p.tuned, shape: 'diamond', values: known.map(([, y]) => y) }],
    })) : null,
    x.reuse ? note(`On the validation images, by which it was chosen, the trainings of that setting differ from what they score on the test images by ${measure.differenceInterval(x.reuse)}.`) : null,
    x.same_setting ? null : missing('Whether it holds is not known.', study.confirmCommand)];
}

function recommended({ document: { recommendation: x } }: Study): HTMLElement[] {
  return x ? [h('h3', {}, 'The recommendation'), lead(prose(x.text))] : [];
}

function noise(study: Study): HTMLElement[] {
  const { measure, document: { noise: x } } = study;
  const head = h('h3', {}, 'Luck of the seed');
  if (!x) return [head, missing('No setting was run with two seeds, so luck cannot be told from merit.', study.confirmCommand)];
  return [head, lead(`The same setting with another seed differs with a standard deviation of ${measure.difference(x.sd.estimate).replace(/^\+/, '')}`,
    x.share_of_spread ? `; that is ${share(x.share_of_spread.estimate)} of the variance of the study's results.` : '.'),
  note(`From ${x.source} (${number(x.degrees_of_freedom, 3)} degrees of freedom). Differences much smaller than this between single trials mean nothing.`)];
}

function enough(study: Study): (HTMLElement | null)[] {
  const { best_of_n: x } = study.document;
  const head = h('h3', {}, 'Enough trials?');
  if (!x) return [head, missing('Too few trials are independent draws to tell what more of them would bring.')];
  return [head, x.enough ? lead(prose(x.enough.text)) : null,
    figure(bestOfN(study, x, { name: 'best-of-n', title: 'The best to expect from n trials', axis: 'trials', from: count(x.independent_trials, 'independent draw'), enough: x.enough?.trials ?? null }))];
}

// "93.1 % [92.8, 93.4]", or the estimate alone where there is no interval.
function bestText({ measure }: Study, x: BestCurve, i: number): string {
  const [estimate, low, high] = [x.estimate[i]!, x.low[i] ?? null, x.high[i] ?? null];
  return low === null || high === null ? measure.value(estimate) : measure.interval({ estimate, low, high });
}

export function bestOfN(study: Study, x: BestCurve, about: { name: string; title: string; axis: string; from: string; enough: number | null }): Chart {
  const { measure } = study;
  const last = x.n.length - 1;
  const covered = x.low.reduce<number>((end, low, i) => (low === null ? end : i + 1), 0); // from there on the line is dashed, without a band
  const line = (from: number, to: number): number[][] => x.n.slice(from, to).map((n, i) => [n, measure.scale(x.estimate[from + i]!)]);
  return {
    name: about.name, title: about.title, height: () => 280,
    alt: `Expected best ${words(measure.name)} of n: ${[0, last].map((i) => `${x.n[i]}: ${bestText(study, x, i)}`).join('; up to ')}.`,
    caption: [`Estimated from ${about.from}.`, covered > 0 ? ' Band: 95 % interval.' : null,
      covered <= last ? ` ${covered > 0 ? 'Dashed' : 'All of it'}: right on average, but the best few draws decide it, so there is no interval.` : null],
    option: ({ palette }) => option({
      grid: grid({ top: 30, right: 24 }),
      xAxis: valueAxis(palette, about.axis, { ...(x.n[last]! > 20 ? { type: 'log', scale: undefined } : { minInterval: 1 }), min: Math.max(1, x.n[0]!), max: Math.max(2, x.n[last]!), splitLine: { show: false } }),
      yAxis: uprightAxis(palette, measure.label),
      tooltip: { trigger: 'axis', confine: true, transitionDuration: 0, backgroundColor: palette.ground, borderColor: palette.line, textStyle: { color: palette.ink, fontSize: 12 },
        formatter: (items: { value: number[] }[]) => {
          const i = Math.max(0, x.n.indexOf(items[0]!.value[0]!));
          return h('div', { class: 'tip' }, h('strong', {}, `${integer(x.n[i]!)} ${about.axis}`), h('div', {}, bestText(study, x, i)));
        } },
      series: [
        covered > 0 ? band(x, measure, palette.tuned) : [],
        { type: 'line', name: 'best', data: line(0, covered), symbolSize: 6, symbol: 'circle', itemStyle: { color: palette.tuned }, lineStyle: { color: palette.tuned, width: 2 } },
        { type: 'line', name: 'without interval', data: line(Math.max(0, covered - 1), last + 1), symbolSize: 6, symbol: covered > 0 ? 'none' : 'circle', itemStyle: { color: palette.tuned }, lineStyle: { color: palette.tuned, width: 1.5, type: 'dashed' } },
        about.enough ? { type: 'line', data: [], markLine: { silent: true, symbol: 'none', label: { formatter: 'enough', color: palette.muted, position: 'end', rotate: 0 }, lineStyle: { color: palette.muted, type: 'dashed' }, data: [{ xAxis: about.enough }] } } : [],
      ].flat(),
    }),
    table: () => ({ columns: ['n', 'estimate', 'low', 'high'], rows: x.n.map((n, i) => [n, x.estimate[i], x.low[i], x.high[i]]) }),
  };
}

// The intervals of a curve, where it has them, as one polygon.
export function band({ n, low, high }: BestCurve, measure: Measure, colour: string): object {
  const points = n.flatMap((x, i) => (low[i] == null || high[i] == null ? [] : [[x, measure.scale(low[i]!), measure.scale(high[i]!)]])) as [number, number, number][];
  return {
    type: 'custom', name: 'band', silent: true, encode: { x: 0, y: [1, 2] }, data: points,
    renderItem: (params: { dataIndex: number }, api: { coord: (p: number[]) => [number, number] }) => (params.dataIndex !== 0 ? null : {
      type: 'polygon', shape: { points: [...points.map(([x, y]) => api.coord([x, y])), ...points.map(([x, , y]) => api.coord([x, y])).reverse()] }, style: { fill: colour, opacity: 0.15 },
    }),
  };
}
