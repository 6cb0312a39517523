import assert from 'node:assert/strict';
import { test } from 'node:test';
import { position, rangeText, Study } from '../src/study';
import { sampleDocument } from '../tools/sample_document';
import { schemaFaults } from '../tools/schema';

test('sample documents of any size follow the schema', () => {
  for (const trials of [1, 2, 5, 30, 400]) {
    for (const confirmed of [true, false]) assert.deepEqual(schemaFaults(sampleDocument({ trials, seed: trials, confirmed })), [], `${trials} trials`);
  }
  assert.deepEqual(schemaFaults({ format: 'tailor-study-comparison', version: 4, studies: [sampleDocument({ trials: 3 }), sampleDocument({ trials: 2 })] }), []);
});

test('a sample is a function of its seed', () => {
  assert.deepEqual(sampleDocument({ trials: 20, seed: 3 }), sampleDocument({ trials: 20, seed: 3 }));
  assert.notDeepEqual(sampleDocument({ trials: 20, seed: 3 }).trials.value, sampleDocument({ trials: 20, seed: 4 }).trials.value);
});

test('faults of a document are found and placed', () => {
  const unknownKey = { ...sampleDocument({ trials: 5 }), surprise: 1 };
  assert.match(schemaFaults(unknownKey).join('\n'), /additional properties.*surprise/);
  const badState = sampleDocument({ trials: 5 });
  (badState.trials.state as string[])[2] = 'done';
  assert.match(schemaFaults(badState).join('\n'), /\/trials\/state\/2/);
  const short = sampleDocument({ trials: 5 });
  short.trials.value.pop();
  assert.deepEqual(schemaFaults(short), ['/trials/value has 4 entries, expected 5']);
  assert.ok(schemaFaults(null).length > 0);
});

test('trials are ordered by merit, whichever way the measure goes', () => {
  const document = sampleDocument({ trials: 40 });
  const up = new Study(document);
  assert.equal(up.value(up.bestFirst[0]!), Math.max(...document.trials.value.filter((v): v is number => v !== null)));
  document.study.measure = { name: 'validation_loss', maximize: false };
  const down = new Study(document);
  assert.equal(down.value(down.bestFirst[0]!), Math.min(...document.trials.value.filter((v): v is number => v !== null)));
  assert.equal(down.bestFirst.length, up.bestFirst.length);
  assert.ok(up.top(0.1).length === Math.ceil(up.bestFirst.length / 10));
  assert.equal(up.defaultRow, 0);
});

test('the tuned row is the confirmed winner, else the best complete trial', () => {
  const document = sampleDocument({ trials: 40 });
  const study = new Study(document);
  assert.equal(study.document.trials.number[study.tunedRow], document.confirmation!.candidates.find((c) => c.winner)!.trial);
  document.confirmation!.candidates.forEach((c) => { c.winner = c.roles.includes('default'); });
  assert.equal(new Study(document).tunedRow, 0);
  document.confirmation = null;
  assert.equal(new Study(document).tunedRow, study.bestFirst[0]);
});

test('hyperparameters come by importance, and what does not exist is left out of a setting', () => {
  const document = sampleDocument({ trials: 40 });
  const study = new Study(document);
  assert.equal(study.parameters[0]!.name, 'learning_rate');
  assert.equal(study.parameters.length, document.study.space.length);
  const row = document.trials.params['optimizer']!.findIndex((value) => value !== 'sgd');
  assert.ok(!study.setting(row).some((line) => line.startsWith('momentum')));
});

test('positions and ranges', () => {
  const space = new Map(sampleDocument({ trials: 1 }).study.space.map((p) => [p.name, p]));
  assert.equal(position(space.get('schedule')!, 'cosine'), 2);
  assert.equal(position(space.get('schedule')!, 'unheard'), null);
  assert.equal(position(space.get('nesterov')!, false), 0);
  assert.equal(position(space.get('dropout_1')!, 0.3), 0.3);
  assert.equal(position(space.get('dropout_1')!, null), null);
  assert.equal(rangeText(space.get('learning_rate')!), '3e\u22124 to 0.1, log scale');
  assert.equal(rangeText(space.get('shift')!), '0 to 2, step 1');
});
