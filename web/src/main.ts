// Reads the document that the page carries and draws it.
import { followWindow } from './chart';
import { h } from './dom';
import type { StudyComparison, StudyDocument } from './generated/document';
import { frame, reportPage } from './page';
import { comparisonHead, comparisonSections, labels, type Two } from './sections/comparison';
import { Study } from './study';

function draw(): void {
  const page = document.getElementById('page')!;
  const text = document.getElementById('study-document')?.textContent ?? '';
  try {
    const carried = JSON.parse(text) as StudyDocument | StudyComparison;
    if (carried.version !== 4) throw new Error(`it is of version ${String(carried.version)}, this page draws version 4`);
    if (carried.format === 'tailor-study-comparison') {
      const two = carried.studies.map((doc) => new Study(doc)) as Two;
      document.title = `${labels(two).join(' and ')} – tailor`;
      page.replaceChildren(...frame(comparisonHead(two), comparisonSections(two), two[0].document.program));
    } else {
      const study = new Study(carried);
      document.title = `${study.name} – tailor report`;
      page.replaceChildren(...reportPage(study));
    }
    followWindow();
  } catch (error) {
    page.replaceChildren(h('main', { id: 'content' }, h('h1', {}, 'This report cannot be drawn'), h('p', {}, `Its study document is not readable: ${error instanceof Error ? error.message : String(error)}.`)));
    console.error(error);
  }
}

draw();
