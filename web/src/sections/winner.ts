// The winner's own training: accuracy and loss after each epoch, on training and validation images.
import { grid, option, uprightAxis, valueAxis } from '../axes';
import type { Chart } from '../chart';
import type { FinalRuns } from '../generated/document';
import { figure, lead, missing, pair, section, type Section } from '../layout';
import type { Palette } from '../palette';
import type { Study } from '../study';
import { rounded } from '../format';
import { h } from '../dom';

export function winnerSection(study: Study): Section {
  const title = 'How the winner learns';
  const winner = study.document.confirmation?.winner;
  if (!winner || winner.history.length === 0) return section('winner', title, missing('Training and validation curves come from the winner\u2019s final runs.', study.confirmCommand));
  return section('winner', title,
    lead('Accuracy and loss after each epoch, of one final run of the tuned setting. Augmentation and dropout act on training images only, which can make training look worse than validation.'),
    pair(figure(chart(winner, 'accuracy')), figure(chart(winner, 'loss'))));
}

function chart({ history }: FinalRuns, what: 'accuracy' | 'loss'): Chart {
  const scale = what === 'accuracy' ? 100 : 1;
  const name = what === 'accuracy' ? 'Accuracy' : 'Loss';
  const text = (x: number | null | undefined): string => (x === null || x === undefined ? '–' : what === 'accuracy' ? `${rounded(x * 100, 2)} %` : x.toFixed(4));
  const end = history[history.length - 1]!;
  const series: [string, 'train' | 'validation', (p: Palette) => string, string][] = [['training', 'train', (p) => p.untuned, 'dashed'], ['validation', 'validation', (p) => p.tuned, 'solid']];
  return {
    name: `winner-${what}`, title: name, height: (width) => Math.min(320, Math.max(240, width * 0.7)),
    alt: `${name} against epoch. At the end, training ${text(end[`train_${what}`])}, validation ${text(end[`validation_${what}`])}.`,
    legend: series.map(([label, , colour, dash]) => ({ label, mark: dash === 'dashed' ? 'dash' : 'line', colour })),
    option: ({ palette }) => option({
      grid: grid({ top: 30 }),
      xAxis: valueAxis(palette, 'epoch', { min: 1, max: Math.max(2, history.length), scale: false, minInterval: 1, splitLine: { show: false } }),
      yAxis: uprightAxis(palette, what === 'accuracy' ? 'accuracy (%)' : 'loss'),
      tooltip: { trigger: 'axis', confine: true, transitionDuration: 0, backgroundColor: palette.ground, borderColor: palette.line, textStyle: { color: palette.ink, fontSize: 12 },
        axisPointer: { lineStyle: { color: palette.line } },
        formatter: (items: { dataIndex: number }[]) => {
          const row = history[items[0]!.dataIndex]!;
          return h('div', { class: 'tip' }, h('strong', {}, `epoch ${row.epoch}`), series.map(([label, key]) => h('div', {}, `${label} ${text(row[`${key}_${what}`])}`)));
        } },
      series: series.map(([label, key, colour, dash]) => ({
        type: 'line', name: label, symbol: history.length === 1 ? 'circle' : 'none', lineStyle: { color: colour(palette), width: 2, type: dash }, itemStyle: { color: colour(palette) },
        data: history.map((row) => { const x = row[`${key}_${what}`]; return [row.epoch, x === null ? '-' : x * scale]; }),
      })),
    }),
    table: () => ({ columns: ['epoch', `training ${what}`, `validation ${what}`], rows: history.map((row) => [row.epoch, row[`train_${what}`], row[`validation_${what}`]]) }),
  };
}
