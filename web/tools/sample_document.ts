// Study documents made up from a seed, for tests and for looking at the page: the numbers have the shape of real ones, but no
// training stands behind them.
import { deflateSync } from 'node:zlib';
import type { FinalRuns, Interval, ParameterValue, StudyDocument } from '../src/generated/document';

export interface SampleOptions {
  trials: number;
  seed?: number;
  confirmed?: boolean; // false: as before `tailor confirm`
}

type Random = () => number;

function random(seed: number): Random {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (draw: Random): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
const round = (x: number, digits = 5): number => Number(x.toFixed(digits));
const alone = (estimate: number) => ({ estimate: round(estimate), low: null, high: null });
const around = (estimate: number, half: number): Interval => ({ estimate: round(estimate), low: round(estimate - half), high: round(estimate + half) });

type Space = StudyDocument['study']['space'];
function parameter(name: string, rest: Partial<Space[number]>): Space[number] {
  return { name, kind: 'float', low: null, high: null, log: false, step: null, choices: null, condition: null, effect: `what ${name} does`, unit: '', default: null, ...rest };
}

const space: Space = [
  parameter('optimizer', { kind: 'categorical', choices: ['sgd', 'adam', 'adamw'], default: 'adam', effect: 'how weights follow the gradient' }),
  parameter('learning_rate', { low: 3e-4, high: 0.1, log: true, default: 1e-3, effect: 'length of a step' }),
  parameter('momentum', { low: 0.8, high: 0.98, default: 0.9, condition: { parent: 'optimizer', values: ['sgd'] } }),
  parameter('nesterov', { kind: 'categorical', choices: [false, true], default: false, condition: { parent: 'optimizer', values: ['sgd'] } }),
  parameter('weight_decay', { low: 1e-6, high: 1e-2, log: true, default: 1e-6 }),
  parameter('batch_size', { kind: 'categorical', choices: [32, 64, 128, 256], default: 128, unit: 'images' }),
  parameter('schedule', { kind: 'categorical', choices: ['constant', 'linear', 'cosine', 'one_cycle'], default: 'constant' }),
  parameter('dropout_1', { low: 0, high: 0.6, default: 0.25 }),
  parameter('dropout_2', { low: 0, high: 0.6, default: 0.5 }),
  parameter('label_smoothing', { low: 0, high: 0.2, default: 0 }),
  parameter('initialization', { kind: 'categorical', choices: ['glorot_uniform', 'he_normal'], default: 'glorot_uniform' }),
  parameter('flip', { kind: 'categorical', choices: [0, 0.5], default: 0 }),
  parameter('shift', { kind: 'int', low: 0, high: 2, step: 1, default: 0, unit: 'pixels' }),
  parameter('erasing', { low: 0, high: 0.5, default: 0 }),
];

const classes = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
const epochs = 27;

function draw(spec: Space[number], r: Random): ParameterValue {
  if (spec.choices) return spec.choices[Math.floor(r() * spec.choices.length)]!;
  const low = spec.low!, high = spec.high!;
  const x = spec.log ? low * (high / low) ** r() : low + (high - low) * r();
  return spec.step ? low + spec.step * Math.floor((x - low) / spec.step + 0.5) : Number(x.toPrecision(6));
}

// A made-up response: the learning rate matters most, then the optimiser with it, the schedule and some augmentation.
function quality(setting: Record<string, ParameterValue>): number {
  const rate = Math.log10(setting['learning_rate'] as number);
  const best = setting['optimizer'] === 'sgd' ? -1.5 : -3;
  const off = rate - best;
  let value = 0.938 - 0.012 * off * off - (off > 1.2 ? 0.12 * (off - 1.2) : 0);
  if (setting['schedule'] === 'constant') value -= 0.008;
  value -= 0.03 * ((setting['dropout_2'] as number) - 0.35) ** 2 + 0.05 * ((setting['erasing'] as number) - 0.2) ** 2;
  if (setting['flip'] === 0) value -= 0.003;
  return value;
}

function curve(final: number, upTo: number, r: Random): number[] {
  return Array.from({ length: upTo }, (_, i) => round(final - (final - 0.7) * 0.55 * Math.exp(-(i + 1) / 5) * (1 - i / epochs) + 0.002 * normal(r)));
}

function pngOf(r: Random): string {
  const crcTable = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
  const crc = (bytes: Buffer): number => { let c = 0xffffffff; for (const b of bytes) c = crcTable[(c ^ b) & 255]! ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const head = Buffer.alloc(4); head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4); tail.writeUInt32BE(crc(body));
    return Buffer.concat([head, body, tail]);
  };
  const side = 28, shape = [4 + 8 * r(), 4 + 8 * r(), 14 + 6 * r()];
  const rows = Buffer.alloc(side * (side + 1));
  for (let y = 0; y < side; ++y) for (let x = 0; x < side; ++x) {
    const inside = Math.abs(x - 14) < shape[0]! + y / 8 && Math.abs(y - 14) < shape[2]! - shape[1]! / 2;
    rows[y * (side + 1) + 1 + x] = inside ? 120 + Math.floor(120 * r()) : 0;
  }
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0]);
  const png = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

const architectureSvg = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="150" viewBox="0 0 640 150" font-family="sans-serif" font-size="12" fill="#2b2f36"><title>mnist_cnn</title><rect width="100%" height="100%" fill="#fff"/>'
  + [[20, 90, '#b0b5be', '28×28×1'], [130, 84, '#688fc1', '26×26×32'], [240, 80, '#688fc1', '24×24×64'], [350, 44, '#d79268', '12×12×64'], [460, 110, '#b0b5be', '9216'], [540, 60, '#78ac88', '128'], [600, 28, '#78ac88', '10']]
    .map(([x, tall, fill, text]) => `<rect x="${x}" y="${70 - Number(tall) / 2}" width="18" height="${tall}" fill="${fill}"/><text x="${Number(x) + 9}" y="142" text-anchor="middle">${text}</text>`).join('') + '</svg>';

function history(top: number, length: number, r: Random): FinalRuns['history'] {
  return Array.from({ length }, (_, i) => {
    const t = 1 - Math.exp(-(i + 1) / (length / 4));
    return { epoch: i + 1, train_accuracy: round(0.78 + (top + 0.025 - 0.78) * t + 0.001 * normal(r)), train_loss: round(0.6 - 0.5 * t + 0.003 * normal(r)),
      validation_accuracy: round(0.82 + (top - 0.82) * t + 0.0015 * normal(r)), validation_loss: round(0.5 - 0.29 * t + 0.003 * normal(r)) };
  });
}

function finalRuns(name: string, settings: Record<string, ParameterValue>, top: number, test: number, loss: number, r: Random): FinalRuns {
  const figure = (x: number, half: number, sd: number): FinalRuns['figures']['test_loss'] => ({ ...around(x, half), sd });
  return { name, settings, history: history(top, 60, r), figures: {
    max_validation_accuracy: figure(top, 0.0012, 0.001), train_accuracy_at_best: figure(top + 0.03, 0.002, 0.0016),
    test_accuracy: figure(test, 0.0025, 0.002), test_loss: figure(loss, 0.004, 0.0032) } };
}

function sorted(values: number[]): number[] { return [...values].sort((a, b) => a - b); }
function at(values: number[], q: number): number { return values[Math.min(values.length - 1, Math.floor(q * values.length))]!; }

function sampleSpread(r: Random, base: number, top: number): NonNullable<StudyDocument['spread_experiment']> {
  const results = Array.from({ length: 30 }, (_, i) => round(i === 11 ? 0.1 : 0.94 - 0.02 * -Math.log(1 - r())));
  const ascending = sorted(results);
  const median = at(ascending, 0.5);
  const quantile = (share: number, low: number | null, high: number | null): NonNullable<StudyDocument['spread_experiment']>['quantiles'][number] =>
    ({ share, estimate: at(ascending, share), low: low === null ? null : at(ascending, low), high: high === null ? null : at(ascending, high) });
  return { name: 'fashion.spread', finished: true, settings: 30, planned_settings: 30, epochs, runs: 50, diverged: 1, failed: 0, epochs_trained: 50 * epochs, seconds: 5400,
    results, mean: round(results.reduce((a, b) => a + b, 0) / 30),
    quantiles: [quantile(0.05, null, 0.14), quantile(0.25, 0.1, 0.45), quantile(0.5, 0.3, 0.7), quantile(0.75, 0.55, 0.9), quantile(0.95, 0.86, null)],
    default: around(base, 0.002), share_below_default: { estimate: 0.63, low: 0.44, high: 0.8 }, trials_to_beat_default: { estimate: 7, low: 4, high: null },
    best_of_n: { n: [1, 2, 3], estimate: [0.915, 0.93, 0.934], low: [0.9, 0.925, 0.931], high: [0.925, 0.934, null] },
    seed: { trained_twice: 8, same_setting: { estimate: 0.0011, low: 0.0005, high: 0.002 }, two_settings: { estimate: 0.012, low: 0.008, high: 0.02 }, share: { estimate: 0.092, low: 0.04, high: 0.2 } },
    way: [
      { kind: 'default', name: 'untuned default', epochs, runs: 3, value: around(base, 0.002), step: null, from_default: null, text: '' },
      { kind: 'best_length', name: 'default, 14 epochs', epochs: 14, runs: 3, value: around(base + 0.001, 0.002), step: around(0.001, 0.0023), from_default: around(0.001, 0.0023), text: 'The default trained for 14 epochs only cannot be told from the untuned default.' },
      { kind: 'by_hand', name: 'default, fixed by hand', epochs, runs: 3, value: around(base + 0.006, 0.002), step: around(0.005, 0.0023), from_default: around(0.006, 0.0023), text: 'The default with what was fixed by hand is 0.50 percentage points better.' },
      { kind: 'random', name: 'middle random setting', epochs, runs: 30, value: { estimate: median, low: at(ascending, 0.3), high: at(ascending, 0.7) }, step: around(median - base - 0.006, 0.006), from_default: around(median - base, 0.006), text: 'The random setting in the middle is worse.' },
      { kind: 'tuned', name: 'tuned, trial 15', epochs, runs: 3, value: around(top, 0.002), step: around(top - median, 0.006), from_default: around(top - base, 0.0023), text: 'The tuned setting is better.' },
    ] };
}

export function sampleDocument({ trials: n, seed = 1, confirmed = n > 1 }: SampleOptions): StudyDocument {
  const r = random(seed);
  const trials: StudyDocument['trials'] = { number: [], state: [], value: [], epochs: [], seconds: [], start: [], role: [], params: {}, failure: {}, predicted: {} };
  for (const spec of space) trials.params[spec.name] = [];
  const settings: Record<string, ParameterValue>[] = [];
  const all: number[][] = [];
  let clock = 0;
  for (let i = 0; i < n; ++i) {
    const setting: Record<string, ParameterValue> = {};
    for (const spec of space) {
      const exists = !spec.condition || spec.condition.values.includes(setting[spec.condition.parent] ?? null);
      let value = i === 0 ? spec.default : draw(spec, r);
      if (i > 20 && spec.name === 'learning_rate' && r() < 0.6) value = Number((10 ** ((setting['optimizer'] === 'sgd' ? -1.5 : -3) + 0.35 * normal(r))).toPrecision(6));
      if (spec.name === 'learning_rate') value = Math.min(spec.high!, Math.max(spec.low!, value as number));
      setting[spec.name] = exists ? value : null;
      trials.params[spec.name]!.push(setting[spec.name]!);
    }
    settings.push(setting);
    let final = quality(setting) + 0.0012 * normal(r);
    const diverged = final < 0.8 || r() < 0.02;
    if (diverged) final = 0.1 + 0.05 * r();
    const failed = i > 0 && r() < 0.01;
    const pruned = i > 0 && !failed && (diverged ? r() < 0.9 : r() < (final < 0.925 ? 0.8 : 0.3));
    const trained = failed ? 1 : pruned ? (r() < 0.6 ? 3 : 9) : epochs;
    const values = diverged ? Array.from({ length: trained }, () => round(0.1 + 0.05 * r())) : curve(final, trained, r);
    all.push(failed ? [] : values);
    trials.number.push(i);
    trials.state.push(failed ? 'failed' : pruned ? 'pruned' : n > 40 && i >= n - 2 ? 'running' : 'complete');
    trials.value.push(trials.state[i] === 'complete' ? values[values.length - 1]! : null);
    if (pruned && !diverged && i % 3 > 0) trials.predicted[String(i)] = around(final + 0.002 * normal(r), 0.008);
    trials.epochs.push(trained);
    trials.seconds.push(round(trained * (4 + r()), 2));
    trials.start.push(round(clock, 1));
    clock += trained * 2.3;
    trials.role.push(i === 0 ? 'default' : i <= 12 ? 'startup' : i === 15 ? 'wish' : '');
    if (failed) trials.failure[String(i)] = 'diverged: the loss was not finite after epoch 1';
  }
  const withValue = trials.number.filter((i) => trials.value[i] !== null).sort((a, b) => trials.value[b]! - trials.value[a]!);
  const values = sorted(withValue.map((i) => trials.value[i]!));
  const complete = withValue.filter((i) => trials.state[i] === 'complete');
  const best = complete[0] ?? 0;
  const claimed = trials.value[best]!;
  const top = claimed - 0.0021;
  const base = 0.9245;
  const seconds = trials.seconds.reduce((a, b) => a + b, 0);
  const enough = n >= 20;
  const low = values[0]!, high = values[values.length - 1]!;
  const edges = n > 1 ? Array.from({ length: 31 }, (_, i) => round(low + (high - low) * i / 30, 6)) : [low - 0.005, low + 0.005];
  const counts = edges.slice(1).map((right, i) => values.filter((v) => v >= edges[i]! - (i === 0 ? 1 : 0) && (v < right || i === edges.length - 2)).length);
  const cutShort = [3, 9].map((e) => ({ epochs: e, trials: trials.epochs.filter((x, i) => x === e && trials.state[i] === 'pruned').length })).filter((x) => x.trials > 0);
  const ended = trials.state.filter((state) => state !== 'running').length;
  const cut = cutShort.reduce((sum, x) => sum + x.trials, 0);
  const importance = space.map((s, i) => ({ name: s.name, share: [0.11, 0.46, 0.03, 0.004, 0.02, 0.05, 0.12, 0.01, 0.06, 0.015, 0.006, 0.04, 0.02, 0.05][i]! }))
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }) => ({ name, ped_anova: alone(share * 0.9), fanova: alone(share) }));
  const bestN = [1, 2, 3, 5, 8, 12, 20, 30, 50, 100].filter((k) => k <= Math.max(2, n));
  const confusion = classes.map((_, i) => classes.map((__, j) => (i === j ? 1830 + Math.floor(60 * r()) : Math.floor(12 * r() * r()))));
  for (const [a, b, x] of [[0, 6, 148], [6, 0, 162], [2, 4, 97], [4, 2, 83], [6, 4, 74], [6, 2, 88], [9, 7, 41], [7, 9, 37]] as const) confusion[a]![b] = x;
  const total = (row: number[]): number => row.reduce((x, y) => x + y, 0);
  const pairs = confusion.flatMap((row, a) => row.map((count, b) => ({ a: classes[a]!, b: classes[b]!, count, share: round(count / total(row)), own: a === b })))
    .filter((p) => !p.own).sort((x, y) => y.count - x.count).slice(0, 8).map(({ own: _, ...rest }) => rest);
  const race = (name: string, roles: string[], trial: number | null, mean: number, dropped: number | null, winner = false): NonNullable<StudyDocument['confirmation']>['candidates'][number] => {
    const runs = Array.from({ length: dropped ?? 8 }, (_, i) => ({ seed: 1000 + i, value: round(mean + 0.0011 * normal(r)) }));
    const average = runs.reduce((x, run) => x + run.value, 0) / runs.length;
    return { name, roles, trial, settings: trial === null ? {} : settings[trial]!, runs, mean: alone(average), dropped_after: dropped, winner };
  };
  const command = 'tailor train --recipe fashion.best.toml --seed 1001 --out runs/winner';
  return {
    format: 'tailor-study-document', version: 4, program: { name: 'tailor', version: '0.1.0' },
    study: { name: n === 1 ? 'single' : 'fashion', description: 'made up, for tests of the page', options: `--storage sqlite:///studies.db --study ${n === 1 ? 'single' : 'fashion'}`, created: '2026-01-05T09:12:44', finished: '2026-01-05T11:40:02',
      architecture: { name: 'mnist_cnn', fingerprint: '5f2a'.repeat(16), parameters: 1199882, svg: architectureSvg, layers: [
        { name: 'conv2d_1', kind: 'conv2d 3×3, ReLU', output: '26×26×32', parameters: 320 }, { name: 'conv2d_2', kind: 'conv2d 3×3, ReLU', output: '24×24×64', parameters: 18496 },
        { name: 'max_pool_1', kind: 'max pool 2×2', output: '12×12×64', parameters: 0 }, { name: 'dense_1', kind: 'dense, ReLU', output: '128', parameters: 1179776 }, { name: 'dense_2', kind: 'dense', output: '10', parameters: 1290 }] },
      data: { name: 'fashion-mnist', hash: 'c0ffee'.repeat(8), train_images: 40000, validation_images: 20000, test_images: 10000, split_seed: 1, split_hash: '9ab3'.repeat(16),
        shared_images: { validation: { images: 20000, trained: 40000, alike: 1013, equal: 0, other_label: 0 }, test: confirmed ? { images: 10000, trained: 60000, alike: 494, equal: 2, other_label: 4 } : null } },
      measure: { name: 'validation_accuracy', maximize: true }, sampler: 'tpe', pruner: 'asha, first after 3 epochs, factor 3', seed, lag: 4, budget: { trials: n, epochs },
      fixed: { normalization: 'standard', epochs: String(epochs) }, space },
    answer: { sentences: n === 1
      ? [`One trial only: the untuned default reaches ${(claimed * 100).toFixed(2)} % on the validation images.`]
      : [`Over the ${values.length} settings that were trained to the end, validation accuracy ran from ${(low * 100).toFixed(1)} % to ${(high * 100).toFixed(1)} %; half of them lie below ${(at(values, 0.5) * 100).toFixed(1)} %.`,
        confirmed ? 'On fresh seeds, the tuned setting beats the untuned default by 1.74 points of validation accuracy (95 % interval 1.62 to 1.86) and by 1.71 points on 10,000 sealed test images (1.39 to 2.03).'
          : `The study claims ${(claimed * 100).toFixed(2)} % for its best trial; nothing has been confirmed on fresh seeds yet.`,
        confirmed ? 'The study itself had claimed 0.21 points more than the confirmation found.' : `Corrected for choosing the best of many, expect about ${((claimed - 0.0018) * 100).toFixed(2)} %.`] },
    trials,
    spread_experiment: confirmed ? sampleSpread(r, base, top) : null,
    curves: trials.number.filter((i) => all[i]!.length > 0).slice(0, 300).map((i) => ({ trial: i, values: all[i]! })),
    recommendation: confirmed ? { trial: best, reports: 14, mean: round(top), noise_sd: 0.0013, probability_best: 0.71, probability_near_best: 0.95,
      text: `Of the settings tried trial ${best} is recommended, by 14 trainings of it. With a probability of at least 95 % no setting that was trained to its end is truly better by more than 0.13 points.` } : { trial: 1, reports: 1, mean: high, noise_sd: null, probability_best: null, probability_near_best: null, text: 'How likely trial 1 is truly among the best settings tried cannot be told: hardly anything was trained again with another seed, so that the noise of a result is not known. `tailor confirm` trains the leading settings again; after it the study tells.' },
    spread: { count: values.length, worst: low, quartiles: [at(values, 0.25), at(values, 0.5), at(values, 0.75)], best: high,
      against_default: n > 1 ? { value: trials.value[0]!, worse: values.filter((v) => v < trials.value[0]!).length, of: values.length - 1 } : null,
      histogram: { edges, counts }, ended, shares: { cut_short: cut / ended, diverged: trials.state.filter((s) => s === 'failed').length / ended, failed: trials.state.filter((s) => s === 'failed').length / ended }, cut_short: cutShort, predicted: Object.keys(trials.predicted).length,
      text: cut > 0 ? `${cut} of ${ended} trials were cut short after 3 or 9 epochs: what they had then is no result and does not count, and those that went on were chosen for being ahead.` : '' },
    noise: confirmed ? { sd: alone(0.00112), degrees_of_freedom: 34, share_of_spread: alone(0.004), source: '5 candidates with up to 8 seeds each in the confirmation' } : null,
    gain: confirmed ? { validation: around(0.0174, 0.0012), test: around(0.0171, 0.0032), pairs: 8,
      over_best_length: { validation: around(0.0152, 0.0013), test: around(0.0149, 0.0033), pairs: 8 }, over_by_hand: { validation: around(0.0128, 0.0011), test: around(0.0122, 0.003), pairs: 8 },
      by_hand: { validation: around(0.0046, 0.0012), test: around(0.0049, 0.0028), pairs: 8 },
      steps: [
        { from: 'default', to: 'best_length', validation: around(0.0022, 0.0014), test: around(0.0022, 0.0026), pairs: 8 },
        { from: 'best_length', to: 'by_hand', validation: around(0.0024, 0.0012), test: around(0.0027, 0.0028), pairs: 8 },
        { from: 'by_hand', to: 'winner', validation: around(0.0128, 0.0011), test: around(0.0122, 0.003), pairs: 8 }],
      over_random: around(0.131, 0.11), random: { settings: 8, failed: 1, over_default: around(-0.114, 0.11), text: 'A random setting is 11.36 percentage points (95 % interval 0.36 to 22.36) worse than the untuned default: tuning has to be done properly to be worth anything. 1 of the 8 random settings failed; each counts as a network that knows nothing.' },
      over_best_random: alone(0.014), over_one_epoch: alone(0.009) } : null,
    optimism: complete.length === 0 ? null : { claimed, confirmed: confirmed ? around(top, 0.0007) : null, same_setting: confirmed ? around(top, 0.0007) : null, optimism: confirmed ? around(0.0021, 0.0007) : null, reuse: confirmed ? around(0.006, 0.0031) : null, shrunken: enough ? alone(claimed - 0.0018) : null },
    importance: enough ? importance : [],
    importance_text: enough ? `Learnt from ${values.length} trials that were trained to the end${cut > 0 ? `; ${cut} that were cut short are left out. Those that went on were chosen for being ahead: these are shares among such settings, not over the whole space` : ''}.` : '',
    pairs: enough ? [{ names: ['optimizer', 'learning_rate'], share: alone(0.08) }, { names: ['learning_rate', 'batch_size'], share: alone(0.03) }, { names: ['learning_rate', 'schedule'], share: alone(0.014) }] : [],
    tunability: enough ? importance.slice(0, 6).map(({ name }, i) => ({ name, gain: alone(0.009 / (i + 1)) })) : [],
    leave_at_default: enough ? [{ name: 'initialization', margin: 0.001 }, { name: 'dropout_1', margin: 0.001 }] : [],
    best_of_n: enough ? { n: bestN, estimate: bestN.map((k) => round(0.9 + 0.037 * (1 - 1 / (1 + 0.8 * k)))), low: bestN.map((k) => round(0.885 + 0.049 * (1 - 1 / (1 + 0.8 * k)))),
      high: bestN.map((k) => round(0.912 + 0.028 * (1 - 1 / (1 + 0.8 * k)))), independent_trials: 13, enough: { trials: Math.min(n, 61), text: 'After 61 trials, 39 more would be expected to add less than one standard deviation between seeds (0.11 points).' } } : null,
    pruning: n > 1 ? { epochs_trained: trials.epochs.reduce((a, b) => a + b, 0), epochs_full: n * epochs, saved_share: 1 - trials.epochs.reduce((a, b) => a + b, 0) / (n * epochs),
      rank_correlation: enough ? alone(0.81) : null } : null,
    compute: { seconds_total: round(seconds * (confirmed ? 1.4 : 1), 1), items: [
      ...(['complete', 'pruned', 'failed'] as const).map((state) => {
        const own = trials.number.filter((i) => trials.state[i] === state);
        return { kind: state === 'complete' ? 'useful' as const : state, seconds: round(own.reduce((s, i) => s + trials.seconds[i]!, 0), 1), trials: own.length, epochs: own.reduce((s, i) => s + trials.epochs[i]!, 0) };
      }).filter((item) => item.trials > 0),
      ...(confirmed ? [{ kind: 'confirmation' as const, seconds: round(seconds * 0.4, 1), trials: 42, epochs: 42 * epochs }] : [])] },
    confirmation: confirmed ? { study: 'fashion.confirm', finished: true, seeds: 8, candidates: [
      race(`trial ${best}`, ['leader', 'claimed'], best, top, null, true), race(`trial ${complete[1] ?? 0}`, ['leader'], complete[1] ?? 0, top - 0.0006, null), race(`trial ${complete[2] ?? 0}`, ['leader'], complete[2] ?? 0, top - 0.0016, 4),
      race('best random trial', ['best_random'], 5 % n, top - 0.006, 4), race('best after one epoch', ['one_epoch'], 9 % n, top - 0.009, 4), race('default', ['default'], 0, base - 0.0005, null),
      race('best length', ['best_length'], null, base + 0.0017, 4), race('by hand', ['by_hand'], null, base + 0.0041, 4)],
      winner: finalRuns(`trial ${best}`, settings[best]!, top + 0.001, top - 0.006, 0.2012, r), default: finalRuns('default', settings[0]!, base, base - 0.005, 0.3272, r),
      by_hand: finalRuns('by hand', { normalization: 'standard' }, base + 0.0046, base, 0.2951, r), best_length: finalRuns('best length', { epochs: 17 }, base + 0.0022, base - 0.003, 0.2331, r),
      figures_text: 'The 95 % interval of test accuracy is for other seeds and other images of the same kind; those of the other figures are for other seeds alone, with the same images.',
      loss_baseline: { epochs: 9, default: around(0.2404, 0.004), default_at_end: around(0.3201, 0.006), winner: around(0.1904, 0.002), gain: around(0.05, 0.004),
        text: 'By the loss the default is best after 9 epochs: its validation loss is 0.2404 (95 % interval 0.2364 to 0.2444) there, and 0.3201 (95 % interval 0.3141 to 0.3261) at its end.' },
      random_settings: Array.from({ length: 8 }, (_, i) => ({ name: `random ${i + 1}`, settings: { learning_rate: round(0.001 * (i + 1)) }, value: i === 5 ? null : round(0.92 - 0.02 * i) })),
      original: { max_validation_accuracy: 0.894, train_accuracy_at_best: 0.9071, test_accuracy: 0.9117, test_loss: 0.269255 } } : null,
    metrics: complete.length === 0 ? null : { confirmed, tuned: { name: `trial ${best}`, networks: confirmed ? 5 : 1 }, untuned: { name: 'default', networks: confirmed ? 5 : 1 },
      rows: ([['accuracy', 'accuracy', true, top, base], ['loss', 'loss', false, 0.2, 0.33], ['balanced_accuracy', 'balanced accuracy', true, top, base], ['macro_f1', 'macro F1', true, top, base], ['worst_recall', 'worst recall', true, top - 0.1, base - 0.1], ['auc', 'area under the curve', true, 0.99, 0.98], ['calibration_error', 'calibration error', false, 0.01, 0.03]] as const)
        .map(([metric, words, percent, tuned, untuned]) => ({ metric, words, percent, validation: { tuned: around(tuned, 0.003), untuned: around(untuned, 0.004) }, test: confirmed ? { tuned: around(tuned - 0.004, 0.005), untuned: metric === 'auc' ? null : around(untuned - 0.004, 0.006) } : null })) },
    errors: confirmed ? { images: 'validation', classes, confusion, pairs, hardest: Array.from({ length: 16 }, (_, i) => ({ label: pairs[i % pairs.length]!.a, predicted: pairs[i % pairs.length]!.b, probability: round(0.999 - 0.01 * i, 3), image: pngOf(r) })) } : null,
    openings: confirmed ? [{ time: '2026-01-05T11:52:10', by: 'tailor confirm fashion', candidates: [`trial ${best}`, 'default'], seeds: [2001, 2002, 2003, 2004, 2005], images_hash: 'beef'.repeat(16), elsewhere: false }] : [],
    warnings: n === 1 ? [{ code: 'too_few_trials', severity: 'serious', text: 'One trial says nothing about how results vary.', advice: 'Let the study run at least 20 trials: `tailor tune --resume --trials 20`.' }]
      : [{ code: 'edge_of_range', severity: 'warning', text: 'The best value of erasing lies at the edge of its range.', advice: 'Widen the range of `erasing` and resume the study.' },
        { code: 'rising', severity: 'info', text: 'The best curve still rises at its last epoch.', advice: '' }],
    glossary: [{ term: 'Trial', text: 'One training of the network with one setting of its hyperparameters.' }, { term: 'Interval', text: 'A range that covers the true value in 95 of 100 such studies.' },
      { term: 'Seed', text: 'The number that decides initial weights and the order of images; two seeds of one setting differ by luck alone.' }],
    provenance: [{ of: 'study', name: 'fashion', trials: n, not_recorded: 0, continued: n > 2 ? [2] : [], computed_by: [
      { version: '0.1.0', commit: '0123456789ab', instruction_set: 'AVX-512', processor: 'AMD EPYC 9654 96-Core Processor', hosts: ['node1', 'node2'], kernels: ['Winograd and sparse gradients, AVX3', 'onednn sgemm or sparse, AVX3'], trials: n },
      ...(n > 2 ? [{ version: '0.1.0', commit: null, instruction_set: 'AVX2', processor: 'Intel(R) Core(TM) i7-4790 CPU @ 3.60GHz', hosts: ['desk'], kernels: [], trials: 1 }] : [])] }],
    reproduce: { command, recipe: Object.entries(settings[best]!).filter(([, v]) => v !== null).map(([k, v]) => `${k} = ${typeof v === 'string' ? `"${v}"` : v}`).join('\n') + '\n' },
  };
}
