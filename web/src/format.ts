// Numbers as people read them. Accuracies are per cent, their differences percentage points; an interval decides how
// many digits its estimate deserves.
import type { Interval, ParameterValue } from './generated/document';
import { roundAxis } from './stats';

const minus = '\u2212';
export const thin = '\u202f';

// Shares of images often end in a 5 at the last decimal but one, which the last bit must not round up here and down there.
export function rounded(value: number, decimals: number): string {
  return (value + Math.sign(value) * 1e-9).toFixed(decimals);
}

function fixed(value: number, decimals: number): string {
  const text = rounded(Math.abs(value), decimals);
  return value < 0 && Number(text) !== 0 ? minus + text : text;
}

export function integer(value: number): string {
  return fixed(Math.round(value), 0).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

// Decimals that show two significant digits of an interval's width.
export function decimalsFor(width: number, most = 4): number {
  if (!(width > 0)) return Math.min(2, most);
  return Math.max(0, Math.min(most, 1 - Math.floor(Math.log10(width))));
}

export function percent(fraction: number, decimals = 1): string {
  return `${fixed(fraction * 100, decimals)}${thin}%`;
}

export function share(fraction: number): string {
  if (fraction > 0 && fraction < 0.001) return `< 0.1${thin}%`;
  return percent(fraction, fraction > 0 && fraction < 0.0995 ? 1 : 0);
}

// Four significant digits, without trailing noise; large and tiny numbers with an exponent.
export function number(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e7)) {
    const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 2)).split('e');
    return `${Number(mantissa)}e${Number(exponent)}`.replace(/-/g, minus);
  }
  if (Number.isInteger(value)) return integer(value);
  return String(Number(value.toPrecision(digits))).replace('-', minus);
}

export function parameterValue(value: ParameterValue | undefined): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? number(value) : String(value);
}

export function seconds(value: number): string {
  const total = Math.round(value);
  if (value < 10) return `${number(value, 2)} s`;
  if (total < 60) return `${total} s`;
  const minutes = Math.round(total / 60);
  if (total < 600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${number(total / 86400, 3)} days`;
}

export function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/, '');
}

// "validation_accuracy" → "validation accuracy"
export function words(name: string): string {
  return name.replace(/_/g, ' ');
}

export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${integer(n)} ${n === 1 ? noun : plural}`;
}

// How one measure is written.
export class Measure {
  readonly percent: boolean;
  constructor(readonly name: string, readonly maximize: boolean) {
    this.percent = maximize; // what is maximised are shares
  }

  get label(): string {
    return this.percent ? `${words(this.name)} (%)` : words(this.name);
  }

  // What is drawn on an axis.
  scale(value: number): number {
    return this.percent ? value * 100 : value;
  }

  // A round axis over scaled values, which neither goes below nothing nor above all.
  axis(low: number, high: number): ReturnType<typeof roundAxis> {
    const axis = roundAxis(low, high);
    return { ...axis, min: low >= 0 ? Math.max(0, axis.min) : axis.min, max: this.percent ? Math.min(100, axis.max) : axis.max };
  }

  value(value: number, decimals = this.percent ? 2 : 4): string {
    return this.percent ? percent(value, decimals) : fixed(value, decimals);
  }

  difference(value: number, decimals = this.percent ? 2 : 4): string {
    const sign = value > 0 ? '+' : '';
    return sign + (this.percent ? `${fixed(value * 100, decimals)} points` : fixed(value, decimals));
  }

  // "93.72 % [93.19, 94.14]"
  interval(x: Interval): string {
    const decimals = decimalsFor(this.scale(x.high - x.low), this.percent ? 3 : 5);
    return `${this.value(x.estimate, decimals)} ${range(this.scale(x.low), this.scale(x.high), decimals)}`;
  }

  // "+1.75 points [1.20, 2.30]"; of a point() the estimate alone
  differenceInterval(x: Interval): string {
    if (x.low === x.high) return this.difference(x.estimate);
    const decimals = decimalsFor(this.scale(x.high - x.low), this.percent ? 3 : 5);
    return `${this.difference(x.estimate, decimals)} ${range(this.scale(x.low), this.scale(x.high), decimals)}`;
  }

  better(a: number, b: number): boolean {
    return this.maximize ? a > b : a < b;
  }
}

export function range(low: number, high: number, decimals: number): string {
  return `[${fixed(low, decimals)},\u00a0${fixed(high, decimals)}]`; // the two never part
}
