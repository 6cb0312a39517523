// What mattered: shares of the variance, pairs that act together, what one gains alone, what may stay at its default.
import { h } from '../dom';
import { forest, type ForestSeries } from '../forest';
import { count, parameterValue, shareInterval, words } from '../format';
import type { Interval, StudyDocument } from '../generated/document';
import { figure, lead, missing, note, pair, section, table, type Section } from '../layout';
import type { Study } from '../study';

export function importanceSection(study: Study): Section {
  const { document: doc, measure } = study;
  const { importance, pairs, tunability, leave_at_default: leave } = doc;
  const title = 'What mattered';
  if (importance.length === 0 && tunability.length === 0) {
    return section('importance', title, missing(`${count(study.bestFirst.length, 'result')} cannot tell which hyperparameters matter; some twenty are the least.`, study.command('tune --resume', '--trials 100')));
  }
  const space = new Map(doc.study.space.map((p) => [p.name, p]));
  const tail = importance.slice(0, 20);
  const both: ForestSeries[] = [
    { name: 'over the whole space', colour: (p) => p.tuned, values: tail.map((x) => x.fanova) },
    { name: 'among the best', colour: (p) => p.untuned, shape: 'diamond', values: tail.map((x) => x.ped_anova) },
  ];
  return section('importance', title,
    largest(importance),
    importance.length > 0 ? figure(forest({
      name: 'importance', title: 'Importance of each hyperparameter', axis: 'share (%)', from: 0, scale: (x) => x * 100, text: shareInterval,
      alt: tail.map(({ name, fanova, ped_anova }) => `${name} ${[fanova ? `${shareInterval(fanova)} over the space` : '', ped_anova ? `${shareInterval(ped_anova)} among the best` : ''].filter(Boolean).join(', ')}`).join('; ') + '.',
      caption: ['Over the whole space: share of the variance due to this hyperparameter alone (fANOVA). Among the best: what tells good settings from the rest (PED-ANOVA). Lines are 95 % bootstrap intervals.',
        tail.length < importance.length ? ` The ${tail.length} most important of ${importance.length}.` : ''],
      rows: tail.map(({ name }) => name),
      series: both.filter((series) => series.values.some((x) => x !== null)),
    })) : null,
    pair(
      pairs.length > 0 ? figure(forest({
        name: 'pairs', title: 'Pairs that act together', axis: 'share of the variance (%)', from: 0, scale: (x) => x * 100, text: shareInterval,
        alt: pairs.map((x) => `${x.names.join(' and ')} ${shareInterval(x.share)}`).join('; ') + '.', caption: 'Beyond what both do alone.',
        rows: pairs.slice(0, 8).map((x) => x.names.join(' × ')), series: [{ name: 'share', colour: (p) => p.third, values: pairs.slice(0, 8).map((x) => x.share) }],
      })) : null,
      tunability.length > 0 ? figure(forest({
        name: 'tunability', title: 'What tuning one alone gains', axis: measure.percent ? 'percentage points' : words(measure.name), zero: true, scale: (x) => measure.scale(x), text: (x) => measure.differenceInterval(x),
        alt: tunability.map((x) => `${x.name} ${measure.differenceInterval(x.gain)}`).join('; ') + '.', caption: 'All others at their defaults.',
        rows: tunability.slice(0, 10).map((x) => x.name), series: [{ name: 'gain', colour: (p) => p.tuned, values: tunability.slice(0, 10).map((x) => x.gain) }],
      })) : null),
    leave.length > 0
      ? table('May stay at their default', [{ title: 'Hyperparameter' }, { title: 'Default', number: true }, { title: 'Difference', number: true }, { title: 'Margin', number: true }],
        leave.map(({ name, difference, margin }: { name: string; difference: Interval; margin: number }) =>
          [h('code', {}, name), parameterValue(space.get(name)?.default), measure.differenceInterval(difference), measure.difference(margin).replace(/^\+/, '')]))
      : note('No hyperparameter can be said to be safe at its default: the intervals are still too wide.'));
}

// The first few by name, the first with its interval: whether it is "most" of the variance is for the reader to see.
function largest(importance: StudyDocument['importance']): HTMLElement | null {
  const [first, ...others] = importance.slice(0, 3);
  if (!first) return null;
  const x = first.fanova ?? first.ped_anova;
  return lead('The largest share of the variance is due to ', h('code', {}, first.name), x ? `, ${shareInterval(x)}` : '',
    others.length > 0 ? ['; then come ', others.map(({ name }, i) => [i > 0 ? ' and ' : '', h('code', {}, name)])] : null, '.');
}
