// A study document with what every section asks of it: the measure, trials in order of merit, settings in words.
import { Measure, number, parameterValue } from './format';
import type { Parameter, ParameterValue, StudyDocument } from './generated/document';
import { quantile } from './stats';

export class Study {
  readonly measure: Measure;
  readonly bestFirst: number[]; // rows of trials that were trained to the end
  readonly defaultRow: number; // −1: none
  private readonly rowOf = new Map<number, number>();

  constructor(readonly document: StudyDocument) {
    const { trials } = document;
    this.measure = new Measure(document.study.measure.name, document.study.measure.maximize);
    const sign = this.measure.maximize ? 1 : -1;
    const rows = trials.number.map((_, row) => row).filter((row) => this.value(row) !== null);
    this.bestFirst = rows.sort((a, b) => sign * (this.value(b)! - this.value(a)!));
    this.defaultRow = trials.role.indexOf('default');
    trials.number.forEach((trial, row) => this.rowOf.set(trial, row));
  }

  get name(): string { return this.document.study.name; }
  get count(): number { return this.document.trials.number.length; }
  // A command about this study that can be copied as it is.
  command(verb: string, more = ''): string { return `tailor ${verb} ${this.document.study.options}${more && ` ${more}`}`; }
  get confirmCommand(): string { return this.command('confirm'); }

  value(row: number): number | null { return this.document.trials.value[row] ?? null; }
  row(trial: number): number { return this.rowOf.get(trial) ?? -1; }

  // The row of the confirmed winner, or else of the best complete trial; −1: none, as when a baseline that is
  // no trial won.
  get tunedRow(): number {
    const winner = this.document.confirmation?.candidates.find((candidate) => candidate.winner);
    if (winner) return winner.trial === null ? -1 : this.row(winner.trial);
    return this.bestFirst[0] ?? -1;
  }

  parameter(row: number, name: string): ParameterValue { return this.document.trials.params[name]?.[row] ?? null; }

  // Hyperparameters in order of importance; in the study's order if that is not known.
  get parameters(): Parameter[] {
    const place = new Map(this.document.importance.map(({ name }, i) => [name, i]));
    const rank = (p: Parameter): number => place.get(p.name) ?? place.size;
    return [...this.document.study.space].sort((a, b) => rank(a) - rank(b));
  }

  // The setting of a trial as lines "name value", for tooltips.
  setting(row: number, most = 16): string[] {
    return this.parameters.filter(({ name }) => this.parameter(row, name) !== null).slice(0, most)
      .map(({ name, unit }) => `${name} ${parameterValue(this.parameter(row, name))}${unit ? ` ${unit}` : ''}`);
  }

  // Trials with a result, best first, of which the share `keep` is kept.
  top(keep: number): number[] {
    return this.bestFirst.slice(0, Math.max(1, Math.ceil(keep * this.bestFirst.length)));
  }

  // The measure's value that a share `keep` of them reaches.
  threshold(keep: number): number {
    return quantile(this.bestFirst.map((row) => this.value(row)!), this.measure.maximize ? 1 - keep : keep);
  }
}

// Where a value lies on its parameter's axis; choices by their place.
export function position(parameter: Parameter, value: ParameterValue): number | null {
  if (value === null) return null;
  if (parameter.kind !== 'categorical') return typeof value === 'number' ? value : null;
  const place = parameter.choices?.findIndex((choice) => choice === value) ?? -1;
  return place < 0 ? null : place;
}

export function rangeText(parameter: Parameter): string {
  if (parameter.choices) return parameter.choices.map(parameterValue).join(', ');
  const step = parameter.step ? `, step ${number(parameter.step)}` : '';
  return `${number(parameter.low ?? NaN)} to ${number(parameter.high ?? NaN)}${parameter.log ? ', log scale' : ''}${step}`;
}
