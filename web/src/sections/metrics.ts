// All metrics of the tuned setting beside the untuned default's.
import { count, Measure } from '../format';
import type { Interval, MetricTable } from '../generated/document';
import { lead, section, table, type Section } from '../layout';
import type { Study } from '../study';

type Part = 'validation' | 'test';

function cell(row: MetricTable['rows'][number], x: Interval | null | undefined): string {
  return x ? new Measure(row.metric, row.percent).interval(x) : '–';
}

function part(metrics: MetricTable, which: Part, caption: string): HTMLElement | null {
  const rows = metrics.rows.filter((row) => row[which] !== null);
  if (rows.length === 0) return null;
  return table(caption, [{ title: '' }, { title: 'Tuned', number: true }, { title: 'Untuned default', number: true }],
    rows.map((row) => [row.words, cell(row, row[which]!.tuned), cell(row, row[which]!.untuned)]));
}

export function metricsSection(study: Study): Section | null {
  const metrics = study.document.metrics;
  if (!metrics) return null;
  return section('metrics', 'All metrics',
    lead(metrics.confirmed
      ? `Means over ${count(metrics.tuned.networks, 'network')} on fresh seeds. Intervals cover other seeds and other images of the kind (95 %).`
      : `From the study itself: ${count(metrics.tuned.networks, 'training')} of the tuned setting (${metrics.tuned.name}), which was chosen by these images; that flatters it. Intervals cover other images of the kind (95 %).`),
    part(metrics, 'validation', 'On validation images'), part(metrics, 'test', 'On test images'));
}
