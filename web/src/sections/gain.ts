// From the untuned default to the tuned setting, on fresh seeds; and the four figures beside the original project's.
import { forest, point } from '../forest';
import { count, decimalsFor, integer, range, rounded, thin, words } from '../format';
import type { Confirmation, Figure, FinalRuns, Gain, Interval } from '../generated/document';
import type { Palette } from '../palette';
import { figure, lead, missing, note, section, table, type Section } from '../layout';
import type { Study } from '../study';

const title = 'From default to tuned';
const roles: Record<string, string> = { leader: 'leader of the study', claimed: 'the study\u2019s best result', default: 'untuned', best_length: 'default at its best length', by_hand: 'default with what was fixed by hand', random: 'random setting', one_epoch: 'best after one epoch', best_random: 'best random one', winner: 'tuned' };
const roleText = (role: string): string => roles[role] ?? words(role);

export function gainSection(study: Study): Section {
  const { document: doc, measure } = study;
  const { confirmation, gain } = doc;
  if (!confirmation) return section('gain', title, beforeConfirmation(study));
  const rows: [string, Interval][] = gain ? ([
    ['over the untuned default', gain.validation], ['the same, on test images', gain.test],
    ['over the default at its best length', gain.over_best_length?.validation ?? null], ['best length, on test images', gain.over_best_length?.test ?? null],
    ['over what was fixed by hand', gain.over_by_hand?.validation ?? null], ['by hand, on test images', gain.over_by_hand?.test ?? null],
    ['over a random setting', gain.over_random],
    ['over the best random one, on the race\u2019s seeds', point(gain.over_best_random)], ['over the best after one epoch, likewise', point(gain.over_one_epoch)],
  ] as [string, Interval | null][]).filter((row): row is [string, Interval] => row[1] !== null) : [];
  return section('gain', title,
    lead(`${count(confirmation.candidates.length, 'candidate')} raced on ${count(confirmation.seeds, 'fresh seed')} that had no part in choosing them`,
      confirmation.finished ? '. ' : '; the race is not over yet. ',
      gain ? `The tuned setting minus the default, paired over ${count(gain.pairs, 'seed')}: ${measure.differenceInterval(gain.validation)}.` : null),
    figure(race(study, confirmation)),
    rows.length > 0 ? figure(forest({
      name: 'gain', title: 'Gain of the tuned setting', axis: measure.percent ? 'percentage points' : words(measure.name),
      alt: rows.map(([name, x]) => `${name} ${measure.differenceInterval(x)}`).join('; ') + '.',
      rows: rows.map(([name]) => name), zero: true, scale: (x) => measure.scale(x), text: (x) => measure.differenceInterval(x),
      series: [{ name: 'gain', colour: (p) => p.tuned, shape: 'diamond', values: rows.map(([, x]) => x) }],
    })) : null,
    gain?.random ? note(`A random setting: the mean of ${integer(gain.random.settings)}, drawn anew. ${gain.random.text}`) : null,
    gain && gain.steps.length > 1 ? figure(parts(study, gain)) : null,
    gain && !gain.test ? note('The test images are still sealed.') : null);
}

// What each step of the way from the default to the tuned setting is worth.
function parts({ measure }: Study, { steps }: Gain): Parameters<typeof figure>[0] {
  const rows = steps.map((step) => `${roleText(step.from)} → ${roleText(step.to)}`);
  const tested = steps.some((step) => step.test !== null);
  return forest({
    name: 'gain-parts', title: 'Where the gain comes from', axis: measure.percent ? 'percentage points' : words(measure.name),
    alt: steps.map((step, i) => `${rows[i]} ${measure.differenceInterval(step.validation)}${step.test ? `, on test images ${measure.differenceInterval(step.test)}` : ''}`).join('; ') + '.',
    caption: 'Step by step, on the final seeds. Nothing was tuned before the last step.',
    rows, zero: true, scale: (x) => measure.scale(x), text: (x) => measure.differenceInterval(x),
    series: [{ name: 'validation', colour: (p) => p.tuned, shape: 'diamond', values: steps.map((step) => step.validation) },
      ...(tested && measure.percent ? [{ name: 'test images', colour: (p: { third: string }) => p.third, values: steps.map((step) => step.test) }] : [])],
  });
}

function beforeConfirmation(study: Study): HTMLElement[] {
  const { measure, defaultRow, tunedRow } = study;
  const untuned = defaultRow >= 0 ? study.value(defaultRow) : null;
  const tuned = tunedRow >= 0 ? study.value(tunedRow) : null;
  return [
    ...(untuned !== null && tuned !== null && tunedRow !== defaultRow ? [lead(`In the study itself the default reached ${measure.value(untuned)} and the best trial ${measure.value(tuned)}. `
      + 'The best of many on one set of images and one seed is too good a number to believe; nothing has been run on fresh seeds yet.')] : []),
    missing('The gain is not confirmed.', study.confirmCommand),
  ];
}

function race(study: Study, { candidates }: Confirmation): Parameters<typeof figure>[0] {
  const { measure } = study;
  const shown = candidates.filter((c) => c.mean !== null || c.runs.length > 0);
  const means = shown.map((c) => point(c.mean));
  const colour = (index: number): 'tuned' | 'untuned' | 'other' => (shown[index]!.winner ? 'tuned' : shown[index]!.roles.includes('default') ? 'untuned' : 'other');
  const group = (which: 'tuned' | 'untuned' | 'other', name: string): Parameters<typeof forest>[0]['series'][number] => ({
    name, colour: (p) => p[which], shape: which === 'other' ? 'dot' : 'diamond',
    values: means.map((x, i) => (colour(i) === which ? x : null)),
    points: shown.map((c, i) => (colour(i) === which ? c.runs.flatMap((run) => (run.value === null ? [] : [run.value])) : [])),
  });
  const chart = forest({
    name: 'candidates', title: 'The candidates on fresh seeds', axis: measure.label,
    alt: shown.map((c) => `${c.name}${c.winner ? ' (winner)' : ''}: ${c.mean ? measure.value(c.mean.estimate) : 'no result'}, ${count(c.runs.length, 'seed')}`).join('; ') + '.',
    caption: 'Faint dots: single runs. Mark: their mean, without an interval, since these runs decided when each candidate went out: those that fell behind have fewer.'
      + shown.filter((c) => c.roles.length > 1).map((c) => ` ${c.name} is also the ${c.roles.slice(1).map(roleText).join(', the ')}.`).join(''),
    rows: shown.map((c) => c.roles.length === 0 || c.name === roleText(c.roles[0]!) || c.name === c.roles[0] ? c.name : `${c.name}, ${roleText(c.roles[0]!)}`),
    scale: (x) => measure.scale(x), text: (x) => measure.value(x.estimate), together: true,
    series: [group('tuned', 'tuned'), group('untuned', 'untuned default'), group('other', 'others')],
  });
  return { ...chart, table: () => ({
    columns: ['candidate', 'roles', 'winner', 'seeds', 'mean', 'dropped after', 'runs'],
    rows: shown.map((c) => [c.name, c.roles.join(' '), c.winner, c.runs.length, c.mean?.estimate, c.dropped_after, c.runs.map((run) => `${run.seed}: ${run.value ?? 'failed'}`).join(' ')]),
  }) };
}

const figureNames = {
  max_validation_accuracy: 'Highest validation accuracy', train_accuracy_at_best: 'Training accuracy there',
  test_accuracy: 'Test accuracy', test_loss: 'Test loss',
} as const;
type FigureName = keyof typeof figureNames;
const settings: { title: string; key: 'default' | 'best_length' | 'by_hand' | 'winner'; colour: (p: Palette) => string }[] = [
  { title: 'Untuned default', key: 'default', colour: (p) => p.untuned }, { title: 'Default, best length', key: 'best_length', colour: (p) => p.other },
  { title: 'Fixed by hand', key: 'by_hand', colour: (p) => p.third }, { title: 'Tuned', key: 'winner', colour: (p) => p.tuned },
];
const order = Object.keys(figureNames) as FigureName[];
const isLoss = (name: FigureName): boolean => name === 'test_loss';

function figureText(name: FigureName, x: Figure | null): string {
  if (!x) return '–';
  const scale = isLoss(name) ? 1 : 100;
  const decimals = decimalsFor((x.high - x.low) * scale, isLoss(name) ? 4 : 2);
  return `${rounded(x.estimate * scale, decimals)}${isLoss(name) ? '' : `${thin}%`} ${range(x.low * scale, x.high * scale, decimals)}`;
}

function originalText(name: FigureName, value: number): string {
  return isLoss(name) ? String(value) : `${Number(rounded(value * 100, 4))}${thin}%`;
}

export function figuresSection(study: Study): Section {
  const confirmation = study.document.confirmation;
  const heading = 'The four figures';
  if (!confirmation?.winner) {
    return section('figures', heading, missing('The tuned setting has not met the test images; its final runs are still to come.', study.confirmCommand));
  }
  const { winner, original } = confirmation;
  const accuracies = order.filter((name) => !isLoss(name) && winner.figures[name] !== null);
  const columns = settings.map(({ title, key, colour }) => ({ title, colour, runs: confirmation[key] }))
    .filter((column): column is { title: string; colour: (p: Palette) => string; runs: FinalRuns } => column.runs !== null);
  return section('figures', heading,
    lead('Final runs on seeds that neither the search nor the race had used. ',
      original ? 'Beside them, the figures of the project that tailor follows, from its one run.' : null),
    table('Means over seeds with 95 % intervals', [{ title: '' }, ...columns.map(({ title }) => ({ title, number: true })), ...(original ? [{ title: 'Original project', number: true }] : [])],
      order.map((name) => [figureNames[name], ...columns.map(({ runs }) => figureText(name, runs.figures[name])), ...(original ? [originalText(name, original[name])] : [])])),
    figure(forest({
      name: 'figures', title: 'Accuracies', axis: 'accuracy (%)', rows: accuracies.map((name) => figureNames[name]),
      alt: accuracies.map((name) => `${figureNames[name]}: ${columns.map(({ title, runs }) => `${title} ${figureText(name, runs.figures[name])}`).join(', ')}${original ? `, original ${originalText(name, original[name])}` : ''}`).join('; ') + '.',
      scale: (x) => x * 100, text: (x) => `${rounded(x.estimate * 100, 2)} %${x.low < x.high ? ` ${range(x.low * 100, x.high * 100, 2)}` : ''}`,
      series: [
        ...columns.map(({ title, colour, runs }) => ({ name: title.toLowerCase(), colour, ...(runs === winner ? { shape: 'diamond' as const } : {}), values: accuracies.map((name) => runs.figures[name]) })),
        ...(original ? [{ name: 'original project', colour: (p: { ink: string }) => p.ink, shape: 'cross' as const, values: accuracies.map((name) => ({ estimate: original[name], low: original[name], high: original[name] })) }] : []),
      ],
    })),
    note(confirmation.figures_text),
    confirmation.loss_baseline ? note(confirmation.loss_baseline.text) : null,
    sealNote(study));
}

function sealNote(study: Study): HTMLElement | null {
  const times = study.document.openings.length;
  const { test_images } = study.document.study.data;
  if (times === 0) return note('The test images are still sealed.');
  return note(`The ${integer(test_images)} test images were opened ${times === 1 ? 'once' : `${integer(times)} times`}; see the `, Object.assign(document.createElement('a'), { href: '#ledger', textContent: 'ledger' }), '.');
}
