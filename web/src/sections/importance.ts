// What mattered: shares of the variance, pairs that act together, what one gains alone, what may stay at its default.
import { h } from '../dom';
import { forest, point, type ForestSeries } from '../forest';
import { count, parameterValue, share, words } from '../format';
import type { StudyDocument } from '../generated/document';
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
    { name: 'of the variance', colour: (p) => p.tuned, values: tail.map((x) => point(x.fanova)) },
    { name: 'among the best', colour: (p) => p.untuned, shape: 'diamond', values: tail.map((x) => point(x.ped_anova)) },
  ];
  return section('importance', title,
    note(doc.importance_text),
    largest(importance),
    importance.length > 0 ? figure(forest({
      name: 'importance', title: 'Importance of each hyperparameter', axis: 'share (%)', from: 0, scale: (x) => x * 100, text: (x) => share(x.estimate),
      alt: tail.map(({ name, fanova, ped_anova }) => `${name} ${[fanova ? `${share(fanova.estimate)} of the variance` : '', ped_anova ? `${share(ped_anova.estimate)} among the best` : ''].filter(Boolean).join(', ')}`).join('; ') + '.',
      caption: ['Of the variance: the share due to this hyperparameter alone (fANOVA). Among the best: what tells good settings from the rest (PED-ANOVA).',
        tail.length < importance.length ? ` The ${tail.length} most important of ${importance.length}.` : ''],
      rows: tail.map(({ name }) => name),
      series: both.filter((series) => series.values.some((x) => x !== null)),
    })) : null,
    pair(
      pairs.length > 0 ? figure(forest({
        name: 'pairs', title: 'Pairs that act together', axis: 'share of the variance (%)', from: 0, scale: (x) => x * 100, text: (x) => share(x.estimate),
        alt: pairs.map((x) => `${x.names.join(' and ')} ${share(x.share.estimate)}`).join('; ') + '.', caption: 'Beyond what both do alone.',
        rows: pairs.slice(0, 8).map((x) => x.names.join(' × ')), series: [{ name: 'share', colour: (p) => p.third, values: pairs.slice(0, 8).map((x) => point(x.share)) }],
      })) : null,
      tunability.length > 0 ? figure(forest({
        name: 'tunability', title: 'What tuning one alone gains', axis: measure.percent ? 'percentage points' : words(measure.name), zero: true, scale: (x) => measure.scale(x), text: (x) => measure.difference(x.estimate),
        alt: tunability.map((x) => `${x.name} ${measure.difference(x.gain.estimate)}`).join('; ') + '.', caption: 'All others at their defaults.',
        rows: tunability.slice(0, 10).map((x) => x.name), series: [{ name: 'gain', colour: (p) => p.tuned, values: tunability.slice(0, 10).map((x) => point(x.gain)) }],
      })) : null),
    leave.length > 0
      ? table('May stay at their default', [{ title: 'Hyperparameter' }, { title: 'Default', number: true }, { title: 'Each alone costs less than', number: true }],
        leave.map(({ name, margin }) => [h('code', {}, name), parameterValue(space.get(name)?.default), measure.difference(margin).replace(/^\+/, '')]))
      : note('No hyperparameter can be said to be safe at its default: the trials do not tell.'));
}

// The first few by name, the first with its share: whether it is "most" of the variance is for the reader to see.
function largest(importance: StudyDocument['importance']): HTMLElement | null {
  const [first, ...others] = importance.slice(0, 3);
  if (!first) return null;
  const x = first.fanova ?? first.ped_anova;
  return lead('Among these trials the largest share of the variance is due to ', h('code', {}, first.name), x ? `, ${share(x.estimate)}` : '',
    others.length > 0 ? ['; then come ', others.map(({ name }, i) => [i > 0 ? ' and ' : '', h('code', {}, name)])] : null, '.');
}
