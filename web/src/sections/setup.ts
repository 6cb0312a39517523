// What was held fixed and how to get it again: network, images and split, exact settings, the ledger of the test images, words.
import { h, type Child } from '../dom';
import { count, integer, moment, parameterValue, words } from '../format';
import { copyable, fold, lead, missing, note, section, table, type Section } from '../layout';
import type { SharedImages } from '../generated/document';
import type { Study } from '../study';

export function setupSection(study: Study): Section {
  const { study: s, program } = study.document;
  const { architecture, data } = s;
  return section('setup', 'What was held fixed',
    h('h3', {}, 'The network'),
    lead(`${architecture.name}: ${integer(architecture.parameters)} parameters. Nothing in the search could reach its layers.`),
    architecture.svg ? h('div', { class: 'architecture scroll', tabindex: 0, role: 'region', 'aria-label': 'Picture of the network' },
      h('img', { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(architecture.svg)}`, alt: `The layers of ${architecture.name}${architecture.layers ? ': ' + architecture.layers.map((l) => `${l.kind} to ${l.output}`).join(', ') : ''}` })) : null,
    architecture.layers && architecture.layers.length > 0 ? fold('Its layers as a table', () => table('Layers', [{ title: 'Name' }, { title: 'Kind' }, { title: 'Output', number: true }, { title: 'Parameters', number: true }],
      architecture.layers!.map((l) => [h('code', {}, l.name), l.kind, l.output, integer(l.parameters)]))) : null,
    h('h3', {}, 'Images and their split'),
    h('dl', { class: 'facts' }, facts([
      ['Images', data.name],
      ...(data.folds ? [['Folds', String(data.folds)], ['Training, in each', integer(data.train_images)], ['Validation, in all', integer(data.validation_images)]]
        : [['Training', integer(data.train_images)], ['Validation', integer(data.validation_images)]]) as [string, string][], ['Test', data.test_images > 0 ? integer(data.test_images) : 'sealed'],
      ['Validation images like training images', alike(data.shared_images?.validation)], ['Test images like training images', alike(data.shared_images?.test)],
      ['Split seed', String(data.split_seed)], ['Split', data.split_hash, true], ['Images and labels', data.hash, true], ['Architecture', architecture.fingerprint, true],
    ])),
    h('h3', {}, 'The search'),
    h('dl', { class: 'facts' }, facts([
      ['Measure', `${words(s.measure.name)}, ${s.measure.maximize ? 'higher' : 'lower'} is better`], ['Sampler', s.sampler], ['Pruner', s.pruner], ['Seed', String(s.seed)], ['Lag', count(s.lag, 'job')],
      ['Budget', `${s.budget.trials === null ? 'no limit of trials' : count(s.budget.trials, 'trial')}, ${count(s.budget.epochs, 'epoch')} each`],
      ['Began', moment(s.created)], ['Ended', s.finished ? moment(s.finished) : 'it may go on'], ['Program', `${program.name} ${program.version}`],
    ])),
    computedBy(study));
}

// Empty where it was not counted.
function alike(shared: SharedImages | null | undefined): string {
  return shared ? `${integer(shared.alike)}, ${shared.equal === 0 ? 'none' : integer(shared.equal)} of them equal` : '';
}

// What computed the trials; documents of earlier versions do not tell.
function computedBy({ document: { provenance } }: Study): Child {
  const rows = (provenance ?? []).flatMap((part) => part.computed_by.map((by) => [part.of, by.version === null ? 'not recorded' : `tailor ${by.version}`,
    by.commit === null ? '' : h('code', {}, by.commit), by.instruction_set ?? '', by.processor ?? '', by.hosts.join(', '), integer(by.trials)]));
  if (rows.length === 0) return null;
  return [h('h3', {}, 'What computed it'), table('What computed it', [{ title: 'Of the' }, { title: 'Program' }, { title: 'Commit' }, { title: 'Instruction set' }, { title: 'Processor' }, { title: 'Machines' }, { title: 'Trials', number: true }], rows)];
}

function facts(rows: [string, string, boolean?][]): HTMLElement[] {
  return rows.filter(([, text]) => text !== '').map(([term, text, code]) => h('div', {}, h('dt', {}, term), h('dd', {}, code ? h('code', { class: 'hash' }, text) : text)));
}

export function reproduceSection(study: Study): Section {
  const { reproduce, confirmation } = study.document;
  const title = 'Get it again';
  if (!reproduce.command && !reproduce.recipe) return section('reproduce', title, missing('No trial ran to its end, so there is no setting to repeat.'));
  const row = study.tunedRow;
  const untuned = new Map(study.document.study.space.map((p) => [p.name, p.default]));
  const changed = row < 0 ? [] : study.parameters.filter((p) => study.parameter(row, p.name) !== null);
  return section('reproduce', title,
    lead(confirmation ? 'This command trains the confirmed winner again.' : 'This command trains the best trial again; it is not confirmed.'),
    reproduce.command ? copyable(reproduce.command, 'the command') : null,
    reproduce.recipe ? [h('h3', {}, 'Its exact setting'), copyable(reproduce.recipe, 'the recipe')] : null,
    changed.length > 0 ? fold('Beside the untuned default', () => table('Tuned and untuned', [{ title: 'Hyperparameter' }, { title: 'Tuned', number: true }, { title: 'Untuned', number: true }],
      changed.map((p) => [h('code', {}, p.name), parameterValue(study.parameter(row, p.name)), parameterValue(untuned.get(p.name))]))) : null);
}

export function ledgerSection(study: Study): Section {
  const { openings } = study.document;
  return section('ledger', 'Ledger of the test images',
    openings.length === 0
      ? note('This study has never opened its test images. Only the winner and the default of a confirmation meet them, once.')
      : [lead(`These very images were opened ${openings.length === 1 ? 'once' : count(openings.length, 'time')}, as far as the study and the account that wrote this report know.`),
        table('Openings', [{ title: 'When' }, { title: 'By' }, { title: 'Who met the images' }, { title: 'Seeds' }, { title: 'Images' }],
          openings.map((o) => [moment(o.time), h('code', {}, o.by), o.candidates.join(', '), o.seeds.join(', '), h('code', { class: 'hash', title: o.images_hash }, o.images_hash.slice(0, 12))]))]);
}

export function glossarySection(study: Study): Section | null {
  const { glossary } = study.document;
  if (glossary.length === 0) return null;
  return section('glossary', 'Words', h('dl', { class: 'glossary' }, glossary.map(({ term, text }) => h('div', {}, h('dt', {}, h('dfn', {}, term)), h('dd', {}, text)))));
}
