// The head of the report: what was studied, the answer in a few sentences, its numbers, and the warnings.
import { h, prose, type Child } from '../dom';
import { count, integer, moment, rounded, seconds, share, words } from '../format';
import type { StudyDocument } from '../generated/document';
import type { Study } from '../study';

export function answer(study: Study): HTMLElement {
  const { document: doc } = study;
  const { architecture, data } = doc.study;
  return h('header', { class: 'answer' },
    h('p', { class: 'kicker' }, 'tailor study'),
    h('h1', {}, study.name),
    h('p', { class: 'byline' },
      `${architecture.name}, ${integer(architecture.parameters)} parameters, on ${data.name}. `,
      `${count(study.count, 'trial')} of up to ${count(doc.study.budget.epochs, 'epoch')}; ${moment(doc.study.finished ?? doc.study.created)}.`,
      doc.study.description ? [h('br'), doc.study.description] : null),
    h('div', { class: 'sentences' }, doc.answer.sentences.map((sentence) => h('p', {}, prose(sentence)))),
    h('dl', { class: 'numbers' }, numbers(study).map(([term, value, detail]) =>
      h('div', {}, h('dt', {}, term), h('dd', {}, h('span', { class: 'big' }, value), detail ? h('span', { class: 'detail' }, detail) : null)))),
    warnings(doc.warnings));
}

function numbers(study: Study): [string, string, string?][] {
  const { document: doc, measure } = study;
  const items: [string, string, string?][] = [];
  if (doc.spread && doc.spread.count > 1) {
    items.push(['Worst to best', `${measure.value(doc.spread.worst, measure.percent ? 1 : 3)} – ${measure.value(doc.spread.best, measure.percent ? 1 : 3)}`,
      `${words(measure.name)} of ${count(doc.spread.count, 'trial')} trained to the end`]);
  }
  const split = (text: string): [string, string?] => {
    const at = text.indexOf(' [');
    return at < 0 ? [text] : [text.slice(0, at), `95 % interval ${text.slice(at + 2, -1).replace(/,\s/, ' to ')}`];
  };
  if (doc.gain) {
    items.push(['Gain over the default', ...split(measure.differenceInterval(doc.gain.validation))]);
    if (doc.gain.test) items.push(['The same on test images', ...split(measure.differenceInterval(doc.gain.test))]);
  } else if (doc.optimism) {
    items.push(['Claimed by the study', measure.value(doc.optimism.claimed), 'not confirmed']);
    if (doc.optimism.shrunken) items.push(['To expect instead', measure.value(doc.optimism.shrunken.estimate), 'roughly']);
  }
  const test = doc.confirmation?.winner?.figures.test_accuracy;
  if (test) items.push(['Test accuracy, tuned', ...split(accuracy(test))]);
  if (doc.optimism?.optimism) items.push(['Claim too good by', ...split(measure.differenceInterval(doc.optimism.optimism).replace(/^\+/, ''))]);
  if (doc.noise) items.push(['Luck of the seed', `± ${measure.difference(doc.noise.sd.estimate).replace(/^\+/, '')}`,
    doc.noise.share_of_spread ? `${share(doc.noise.share_of_spread.estimate)} of the spread` : 'standard deviation']);
  items.push(['Time of computing', seconds(doc.compute.seconds_total), 'summed over workers']);
  return items.slice(0, 6);
}

function accuracy(x: { estimate: number; low: number; high: number }): string {
  const decimals = x.high - x.low < 0.002 ? 2 : 1;
  const text = (value: number): string => rounded(value * 100, decimals);
  return `${text(x.estimate)}\u202f% [${text(x.low)}, ${text(x.high)}]`;
}

const names = { serious: 'Serious', warning: 'Warning', info: 'Note' };

export function warnings(list: StudyDocument['warnings']): Child {
  if (list.length === 0) return null;
  return h('section', { class: 'warnings', 'aria-label': 'Warnings' }, h('ul', {}, list.map(({ severity, text, advice }) =>
    h('li', { class: severity }, h('strong', {}, names[severity]), h('span', {}, prose(text), advice ? [' ', h('span', { class: 'advice' }, prose(advice))] : null)))));
}
