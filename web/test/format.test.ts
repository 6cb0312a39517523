import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimalsFor, integer, Measure, moment, number, parameterValue, seconds, share } from '../src/format';

const accuracy = new Measure('validation_accuracy', true);
const loss = new Measure('validation_loss', false);
const thin = '\u202f';
const tied = (text: string): string => text.replace(/, /g, ',\u00a0');

test('an interval decides how many digits its estimate deserves', () => {
  assert.equal(accuracy.interval({ estimate: 0.93723, low: 0.93193, high: 0.94141 }), tied(`93.72${thin}% [93.19, 94.14]`));
  assert.equal(accuracy.interval({ estimate: 0.9372, low: 0.9, high: 0.97 }), tied(`93.7${thin}% [90.0, 97.0]`));
  assert.equal(accuracy.differenceInterval({ estimate: 0.01749, low: 0.0121, high: 0.0229 }), tied('+1.7 points [1.2, 2.3]'));
  assert.equal(accuracy.differenceInterval({ estimate: -0.0001, low: -0.0007, high: 0.0005 }), tied('\u22120.01 points [\u22120.07, 0.05]'));
  assert.equal(loss.interval({ estimate: 0.20801, low: 0.2041, high: 0.2119 }), tied('0.2080 [0.2041, 0.2119]'));
});

test('ties are rounded away from zero whatever their last bit', () => {
  for (const value of [0.01255, 0.012549999999999999, 0.0125500000000000016]) {
    assert.equal(accuracy.differenceInterval({ estimate: value, low: value - 0.002, high: value + 0.002 }), tied('+1.26 points [1.06, 1.46]'));
  }
});

test('a width of nothing does not ask for endless digits', () => {
  assert.equal(decimalsFor(0), 2);
  assert.equal(decimalsFor(1e-12), 4);
  assert.equal(decimalsFor(250), 0);
});

test('minus zero is zero', () => {
  assert.equal(accuracy.difference(-0.000001), '0.00 points');
});

test('numbers of any size stay short', () => {
  assert.equal(number(0.000012), '1.2e\u22125');
  assert.equal(number(-0.25), '\u22120.25');
  assert.equal(number(1234567), '1,234,567');
  assert.equal(number(0), '0');
  assert.equal(number(NaN), '–');
  assert.equal(integer(1199882), '1,199,882');
  assert.equal(integer(-1000), '\u22121,000');
});

test('values, shares, times and moments in words', () => {
  assert.equal(parameterValue(false), 'false');
  assert.equal(parameterValue(null), '–');
  assert.equal(parameterValue('one_cycle'), 'one_cycle');
  assert.equal(share(0), `0${thin}%`);
  assert.equal(share(0.0004), `< 0.1${thin}%`);
  assert.equal(share(0.08), `8.0${thin}%`);
  assert.equal(share(0.5), `50${thin}%`);
  assert.equal(seconds(3.24), '3.2 s');
  assert.equal(seconds(59), '59 s');
  assert.equal(seconds(250), '4 min 10 s');
  assert.equal(seconds(3599), '1 h 0 min');
  assert.equal(seconds(11520), '3 h 12 min');
  assert.equal(moment('2026-01-05T11:40:02'), '2026-01-05 11:40');
  assert.equal(moment('2026-01-05T11:40:02.123Z'), '2026-01-05 11:40');
});

test('the better of two follows the direction of the measure', () => {
  assert.ok(accuracy.better(0.9, 0.8));
  assert.ok(loss.better(0.2, 0.3));
  assert.equal(accuracy.label, 'validation accuracy (%)');
  assert.equal(loss.label, 'validation loss');
});

test('an axis of accuracies ends at 100 %, and nothing is below nothing', () => {
  const { min, max } = new Measure('validation_accuracy', true).axis(1, 100);
  assert.deepEqual([min, max], [0, 100]);
  assert.ok(new Measure('validation_loss', false).axis(0.2, 3).max > 3);
});
