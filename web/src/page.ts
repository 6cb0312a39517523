// The report of one study: its head, its contents, its sections.
import { h } from './dom';
import type { Section } from './layout';
import { answer } from './sections/answer';
import { costSection } from './sections/cost';
import { errorsSection } from './sections/errors';
import { figuresSection, gainSection } from './sections/gain';
import { importanceSection } from './sections/importance';
import { metricsSection } from './sections/metrics';
import { glossarySection, ledgerSection, reproduceSection, setupSection } from './sections/setup';
import { spaceSection } from './sections/space';
import { spreadSection } from './sections/spread';
import { spreadExperimentSection } from './sections/spread_experiment';
import { trialsSection } from './sections/trials';
import { trustSection } from './sections/trust';
import { winnerSection } from './sections/winner';
import type { Study } from './study';

const parts: ((study: Study) => Section | null)[] = [
  spreadExperimentSection, spreadSection, gainSection, figuresSection, metricsSection, importanceSection, trialsSection, winnerSection, spaceSection, errorsSection,
  trustSection, costSection, setupSection, reproduceSection, ledgerSection, glossarySection,
];

export function reportPage(study: Study): HTMLElement[] {
  const sections = parts.map((part) => part(study)).filter((x): x is Section => x !== null);
  return frame(answer(study), sections, study.document.program);
}

export function frame(head: HTMLElement, sections: Section[], program: { name: string; version: string }): HTMLElement[] {
  return [
    contents(sections),
    h('main', { id: 'content', tabindex: -1 }, head, sections.map((section) => section.element)),
    h('footer', {}, `Made by ${program.name} ${program.version}. This page is one file; it asks for nothing from the network.`),
  ];
}

// A list beside the text where there is room, a fold above it where there is not.
function contents(sections: Section[]): HTMLElement {
  const list = h('ul', {}, sections.map(({ id, title }) => h('li', {}, h('a', { href: `#${id}` }, title))));
  const details = h('details', {}, h('summary', {}, 'Contents'), list);
  const wide = window.matchMedia('(min-width: 72rem)');
  const follow = (): void => { details.open = wide.matches; };
  follow();
  wide.addEventListener('change', follow);
  const links = new Map(sections.map(({ id }) => [id, list.querySelector(`a[href="#${id}"]`)]));
  const spy = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const link = links.get(entry.target.id);
      if (entry.isIntersecting) link?.setAttribute('aria-current', 'true');
      else link?.removeAttribute('aria-current');
    }
  }, { rootMargin: '-20% 0px -70% 0px' });
  sections.forEach(({ element }) => spy.observe(element));
  return h('nav', { class: 'contents', 'aria-label': 'Contents' }, details);
}
