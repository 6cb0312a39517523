// Two studies side by side.
import { grid, option, tooltip, uprightAxis, valueAxis } from '../axes';
import type { Chart } from '../chart';
import { h, prose, type Child } from '../dom';
import { forest, point } from '../forest';
import { count, integer, parameterValue, percent, rounded, seconds, share, words } from '../format';
import type { Interval } from '../generated/document';
import { figure, lead, note, section, table, type Section } from '../layout';
import type { Palette } from '../palette';
import type { Study } from '../study';
import { warnings } from './answer';
import { band } from './trust';

export type Two = [Study, Study];
const colours = [(p: Palette): string => p.tuned, (p: Palette): string => p.untuned] as const;
const shapes = ['dot', 'diamond'] as const;

// Studies of one name are told apart by letters.
export function labels([a, b]: Two): [string, string] {
  return a.name === b.name ? [`${a.name} (A)`, `${b.name} (B)`] : [a.name, b.name];
}

export function comparisonHead(two: Two): HTMLElement {
  const names = labels(two);
  return h('header', { class: 'answer' },
    h('p', { class: 'kicker' }, 'tailor: two studies side by side'),
    h('h1', {}, `${names[0]} and ${names[1]}`),
    differences(two),
    h('div', { class: 'pair answers' }, two.map((study, i) => h('section', { 'aria-label': names[i] },
      h('h2', {}, names[i]!),
      h('p', { class: 'byline' }, `${study.document.study.architecture.name} on ${study.document.study.data.name}; ${count(study.count, 'trial')} of up to ${count(study.document.study.budget.epochs, 'epoch')}, ${study.document.study.sampler}.`),
      h('div', { class: 'sentences' }, study.document.answer.sentences.map((sentence) => h('p', {}, prose(sentence)))),
      warnings(study.document.warnings)))));
}

// What makes the two incomparable, said before anything is compared.
function differences([a, b]: Two): Child {
  const x = a.document.study, y = b.document.study;
  const faults = [
    x.measure.name !== y.measure.name ? `Their measures differ: ${words(x.measure.name)} and ${words(y.measure.name)}.` : '',
    x.architecture.fingerprint !== y.architecture.fingerprint ? `Their networks differ: ${x.architecture.name} and ${y.architecture.name}.` : '',
    x.data.hash !== y.data.hash || x.data.name !== y.data.name ? `Their images differ: ${x.data.name} and ${y.data.name}.` : '',
    x.data.split_hash !== y.data.split_hash ? 'Their splits differ, so validation figures are of different images.' : '',
    x.budget.epochs !== y.budget.epochs ? `Their trials train for ${x.budget.epochs} and ${y.budget.epochs} epochs.` : '',
  ].filter((text) => text !== '');
  return faults.length > 0 ? warnings(faults.map((text) => ({ code: 'incomparable', severity: 'warning' as const, text, advice: '' }))) : note('Same network, images, split, measure and epochs: the two can be compared.');
}

export function comparisonSections(two: Two): Section[] {
  const [a, b] = two;
  // Values after different lengths of training are not compared.
  const same = a.measure.name === b.measure.name && a.document.study.budget.epochs === b.document.study.budget.epochs;
  return [
    section('numbers', 'The numbers', numbers(two), figuresNote(two)),
    same ? section('spread', 'How widely the results lie', figure(spread(two)), figure(progress(two))) : null,
    same && two.some((study) => study.document.gain) ? section('gain', 'What tuning gained', gains(two)) : null,
    two.some((study) => study.document.importance.length > 0) ? section('importance', 'What mattered', ...importance(two)) : null,
    same && two.some((study) => study.document.best_of_n) ? section('best-of-n', 'The best to expect from n trials', figure(bestOfN(two))) : null,
    section('settings', 'The settings they chose', settings(two)),
  ].filter((x): x is Section => x !== null);
}

function figuresNote(two: Two): HTMLElement | null {
  const text = two.map((study) => study.document.confirmation?.figures_text).find(Boolean);
  return text ? note(text) : null;
}

function numbers(two: Two): HTMLElement {
  const row = (name: string, cell: (study: Study) => string | null | undefined): Child[] => [name, ...two.map((study) => cell(study) ?? '–')];
  const figureOf = (study: Study, name: 'test_accuracy' | 'test_loss'): string | null => {
    const x = study.document.confirmation?.winner?.figures[name];
    return x ? (name === 'test_loss' ? x.estimate.toFixed(4) : `${percent(x.estimate, 2)} [${rounded(x.low * 100, 2)}, ${rounded(x.high * 100, 2)}]`) : null;
  };
  return table('Side by side, with 95 % intervals', [{ title: '' }, ...labels(two).map((title) => ({ title, number: true }))], [
    row('Trials', (s) => integer(s.count)),
    row('Worst', (s) => s.document.spread && s.measure.value(s.document.spread.worst)),
    row('Median', (s) => s.document.spread && s.measure.value(s.document.spread.quartiles[1]!)),
    row('Untuned default', (s) => (s.defaultRow >= 0 && s.value(s.defaultRow) !== null ? s.measure.value(s.value(s.defaultRow)!) : null)),
    row('Claimed best', (s) => s.document.optimism && s.measure.value(s.document.optimism.claimed)),
    row('Corrected for picking the best', (s) => s.document.optimism?.shrunken && s.measure.value(s.document.optimism.shrunken.estimate)),
    row('Confirmed', (s) => s.document.optimism?.confirmed && s.measure.interval(s.document.optimism.confirmed)),
    row('Gain over the default', (s) => s.document.gain && s.measure.differenceInterval(s.document.gain.validation)),
    row('The same on test images', (s) => s.document.gain?.test && s.measure.differenceInterval(s.document.gain.test)),
    row('Test accuracy, tuned', (s) => figureOf(s, 'test_accuracy')),
    row('Test loss, tuned', (s) => figureOf(s, 'test_loss')),
    row('Standard deviation between seeds', (s) => s.document.noise && s.measure.difference(s.document.noise.sd.estimate).replace(/^\+/, '')),
    row('Time of computing', (s) => seconds(s.document.compute.seconds_total)),
    row('Openings of the test images', (s) => integer(s.document.openings.length)),
  ]);
}

function keys(two: Two, mark: 'line' | 'bar'): Chart['legend'] {
  return labels(two).map((label, i) => ({ label, mark, colour: colours[i]! }));
}

// The shares of trials that reach a value or better: comparable whatever the number of trials or the bins.
function spread(two: Two): Chart {
  const { measure } = two[0];
  const lines = two.map((study) => study.bestFirst.map((row, i) => [measure.scale(study.value(row)!), 100 * (i + 1) / study.bestFirst.length]));
  return {
    name: 'spread', title: 'Share of the trials trained to the end that reach a result', legend: keys(two, 'line'), height: () => 300,
    alt: two.map((study, i) => `${labels(two)[i]}: best ${study.bestFirst.length > 0 ? measure.value(study.value(study.bestFirst[0]!)!) : 'none'}, half of those trained to the end reach ${measure.value(study.threshold(0.5))}`).join('; ') + '.',
    caption: 'For each result, the share of the trials trained to the end that are as good or better. The worst tenth may lie outside.',
    option: ({ palette }) => {
      const ends = two.map((study) => measure.scale(study.threshold(0.9))).filter(Number.isFinite);
      const best = two.flatMap((study) => study.bestFirst.slice(0, 1).map((row) => measure.scale(study.value(row)!)));
      const axis = measure.axis(Math.min(...best, ...ends), Math.max(...best, ...ends));
      return option({
        grid: grid({ top: 30 }), xAxis: valueAxis(palette, measure.label, axis), yAxis: uprightAxis(palette, '% of trials', { scale: false, min: 0, max: 100 }),
        series: lines.map((data, i) => ({ type: 'line', step: 'end', symbol: 'none', clip: true, lineStyle: { color: colours[i]!(palette), width: 2, type: i === 0 ? 'solid' : 'dashed' }, data })),
      });
    },
    table: () => ({ columns: ['study', measure.name, 'share'], rows: two.flatMap((study, k) => study.bestFirst.map((row, i) => [labels(two)[k], study.value(row), (i + 1) / study.bestFirst.length])) }),
  };
}

function progress(two: Two): Chart {
  const { measure } = two[0];
  const lines = two.map((study) => {
    const points: number[][] = [];
    let best: number | null = null;
    for (const row of [...study.bestFirst].sort((x, y) => x - y)) {
      const value = study.value(row)!;
      if (best === null || measure.better(value, best)) best = value;
      points.push([study.document.trials.number[row]! + 1, measure.scale(best)]);
    }
    if (best !== null) points.push([study.count, measure.scale(best)]); // trials that were pruned count, too
    return points;
  });
  return {
    name: 'progress', title: 'Best so far', legend: keys(two, 'line'), height: () => 280, caption: 'As the studies claim it: neither is corrected for picking the best.',
    alt: `The best ${words(measure.name)} so far after each trial of both studies.`,
    option: ({ palette }) => option({
      grid: grid({ top: 30 }), xAxis: valueAxis(palette, 'trials', { scale: false, min: 0, splitLine: { show: false } }), yAxis: uprightAxis(palette, measure.label, { boundaryGap: ['4%', '4%'] }),
      tooltip: tooltip(palette, () => null),
      series: lines.map((data, i) => ({ type: 'line', step: 'end', symbol: data.length === 1 ? 'circle' : 'none', lineStyle: { color: colours[i]!(palette), width: 2, type: i === 0 ? 'solid' : 'dashed' }, itemStyle: { color: colours[i]!(palette) }, data })),
    }),
    table: () => ({ columns: ['study', 'trials', 'best so far'], rows: lines.flatMap((data, i) => data.map(([n, v]) => [labels(two)[i], n, measure.percent ? v! / 100 : v])) }),
  };
}

function gains(two: Two): Child {
  const { measure } = two[0];
  const rows = ([
    ['over the untuned default', (s) => s.document.gain?.validation], ['the same, on test images', (s) => s.document.gain?.test],
    ['over the default at its best length', (s) => s.document.gain?.over_best_length?.validation], ['over what was fixed by hand', (s) => s.document.gain?.over_by_hand?.validation],
    ['over a random setting', (s) => s.document.gain?.over_random], ['over the best random one, on the race\u2019s seeds', (s) => point(s.document.gain?.over_best_random ?? null)], ['over the best after one epoch, likewise', (s) => point(s.document.gain?.over_one_epoch ?? null)],
  ] as [string, (study: Study) => Interval | null | undefined][]).filter(([, get]) => two.some(get));
  return figure(forest({
    name: 'gain', title: 'Gain of the tuned setting on fresh seeds', axis: measure.percent ? 'percentage points' : words(measure.name), zero: true, rows: rows.map(([name]) => name),
    alt: rows.map(([name, get]) => `${name}: ${two.map((s, i) => { const x = get(s); return `${labels(two)[i]} ${x ? measure.differenceInterval(x) : 'unknown'}`; }).join(', ')}`).join('; ') + '.',
    scale: (x) => measure.scale(x), text: (x) => measure.differenceInterval(x),
    series: two.map((study, i) => ({ name: labels(two)[i]!, colour: colours[i]!, shape: shapes[i], values: rows.map(([, get]) => get(study) ?? null) })),
  }));
}

function importance(two: Two): HTMLElement[] {
  const names = [...new Set(two.flatMap((study) => study.document.importance.map(({ name }) => name)))].slice(0, 20);
  const of = (study: Study, name: string): Interval | null => {
    const x = study.document.importance.find((entry) => entry.name === name);
    return x ? point(x.fanova ?? x.ped_anova) : null;
  };
  const basis = two.map((study, i) => note(`${labels(two)[i]}: `, study.document.importance_text || 'too few trials to tell.'));
  return [...basis, figure(forest({
    name: 'importance', title: 'Importance', axis: 'share of the variance (%)', from: 0, rows: names, scale: (x) => x * 100, text: (x) => share(x.estimate),
    alt: names.map((name) => `${name}: ${two.map((s, i) => { const x = of(s, name); return `${labels(two)[i]} ${x ? share(x.estimate) : 'not searched'}`; }).join(', ')}`).join('; ') + '.',
    series: two.map((study, i) => ({ name: labels(two)[i]!, colour: colours[i]!, shape: shapes[i], values: names.map((name) => of(study, name)) })),
  }))];
}

function bestOfN(two: Two): Chart {
  const { measure } = two[0];
  return {
    name: 'best-of-n', title: 'Expected best', legend: keys(two, 'line'), height: () => 280, caption: 'From independent draws only. Bands: 95 % intervals.',
    alt: 'Expected best result of n independent trials of both studies.',
    option: ({ palette }) => option({
      grid: grid({ top: 30 }), xAxis: valueAxis(palette, 'trials', { type: 'log', scale: undefined, splitLine: { show: false } }), yAxis: uprightAxis(palette, measure.label),
      series: two.flatMap((study, i) => {
        const x = study.document.best_of_n;
        if (!x) return [];
        return [band(x, measure, colours[i]!(palette)),
          { type: 'line', symbol: 'none', lineStyle: { color: colours[i]!(palette), width: 2, type: i === 0 ? 'solid' : 'dashed' }, data: x.n.map((n, k) => [n, measure.scale(x.estimate[k]!)]) }];
      }),
    }),
    table: () => ({ columns: ['study', 'n', 'estimate', 'low', 'high'], rows: two.flatMap((study, i) => { const x = study.document.best_of_n; return x ? x.n.map((n, k) => [labels(two)[i], n, x.estimate[k], x.low[k], x.high[k]]) : []; }) }),
  };
}

function settings(two: Two): Child[] {
  const names = [...new Set(two.flatMap((study) => study.parameters.map(({ name }) => name)))];
  const cell = (study: Study, name: string): string => (study.tunedRow < 0 ? '–' : parameterValue(study.parameter(study.tunedRow, name)));
  return [lead('A dash: it was not searched, or does not exist with the other values.'),
    table('Settings', [{ title: 'Hyperparameter' }, ...labels(two).map((title) => ({ title, number: true }))], names.map((name) => [h('code', {}, name), ...two.map((study) => cell(study, name))]))];
}

