// What it cost: the ledger of computing time, and what ending trials early saved.
import { grid, option, tooltip, valueAxis } from '../axes';
import type { Chart } from '../chart';
import { count, integer, number, seconds, share } from '../format';
import { figure, lead, missing, note, section, table, type Section } from '../layout';
import type { Palette } from '../palette';
import type { Study } from '../study';
import { h } from '../dom';

type Kind = Study['document']['compute']['items'][number]['kind'];
const kinds: Record<Kind, { label: string; colour: (p: Palette) => string }> = {
  useful: { label: 'trials that ran to their end', colour: (p) => p.tuned },
  pruned: { label: 'pruned', colour: (p) => p.other },
  failed: { label: 'failed', colour: (p) => p.bad },
  duplicate: { label: 'repeated an earlier setting', colour: (p) => p.untuned },
  after_optimum: { label: 'after the best was found', colour: (p) => `${p.tuned}88` },
  confirmation: { label: 'confirmation', colour: (p) => p.third },
  spread: { label: 'spread experiment', colour: (p) => `${p.third}88` },
};

export function costSection(study: Study): Section {
  const { compute, pruning } = study.document;
  const title = 'What it cost';
  if (compute.items.length === 0) return section('cost', title, missing('Nothing has been trained yet.'));
  return section('cost', title,
    lead(`${seconds(compute.seconds_total)} of computing, summed over workers.`),
    figure(ledgerChart(study)),
    table('In numbers', [{ title: 'Kind' }, { title: 'Time', number: true }, { title: 'Share', number: true }, { title: 'Trials', number: true }, { title: 'Epochs', number: true }],
      compute.items.map((item) => [kinds[item.kind].label, seconds(item.seconds), share(compute.seconds_total > 0 ? item.seconds / compute.seconds_total : 0), integer(item.trials), integer(item.epochs)])),
    h('h3', {}, 'Ending trials early'),
    pruning ? pruningText(pruning) : missing('No trial of this study is ended early.'));
}

function pruningText(x: NonNullable<Study['document']['pruning']>): HTMLElement[] {
  const parts = [lead(`${integer(x.epochs_trained)} epochs were trained where ${integer(x.epochs_full)} would have been without pruning: ${share(x.saved_share)} saved.`)];
  if (x.rank_correlation) {
    parts.push(note(`Of trials that were to be trained to the end whatever they showed, ranks at the first decision and at the end agree with a correlation of ${number(x.rank_correlation.estimate, 2)}: 1 would mean that early decisions are always right.`));
  }
  return parts;
}

function ledgerChart(study: Study): Chart {
  const { seconds_total: total, items } = study.document.compute;
  return {
    name: 'compute', title: 'Where the time went', height: () => 84,
    alt: items.map((item) => `${kinds[item.kind].label} ${seconds(item.seconds)} (${share(total > 0 ? item.seconds / total : 0)}, ${count(item.trials, 'trial')})`).join('; ') + '.',
    legend: items.map((item) => ({ label: kinds[item.kind].label, mark: 'bar', colour: kinds[item.kind].colour })),
    option: ({ palette }) => option({
      grid: grid({ top: 4, bottom: 36 }),
      xAxis: valueAxis(palette, 'minutes', { scale: false, splitLine: { show: false } }),
      yAxis: { type: 'category', data: [''], show: false },
      tooltip: tooltip(palette, ({ seriesName }) => {
        const item = items.find((x) => kinds[x.kind].label === seriesName);
        return item ? [kinds[item.kind].label, `${seconds(item.seconds)}, ${count(item.trials, 'trial')}, ${count(item.epochs, 'epoch')}`] : null;
      }),
      series: items.map((item) => ({ type: 'bar', stack: 'time', name: kinds[item.kind].label, barWidth: 26, itemStyle: { color: kinds[item.kind].colour(palette), borderColor: palette.ground, borderWidth: 1 }, data: [item.seconds / 60] })),
    }),
    table: () => ({ columns: ['kind', 'seconds', 'trials', 'epochs'], rows: items.map((item) => [item.kind, item.seconds, item.trials, item.epochs]) }),
  };
}
