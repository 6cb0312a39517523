// What is wrong with a document, by the schema and by what a schema cannot say.
import Ajv from 'ajv/dist/2020.js';
import type { StudyComparison, StudyDocument } from '../src/generated/document';
import comparisonSchema from '../schema/study-comparison.schema.json';
import documentSchema from '../schema/study-document.schema.json';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
ajv.addSchema(documentSchema);
const isDocument = ajv.getSchema(documentSchema.$id)!;
const isComparison = ajv.compile(comparisonSchema);

export function schemaFaults(document: unknown): string[] {
  const comparison = (document as { format?: unknown } | null)?.format === 'tailor-study-comparison';
  const check = comparison ? isComparison : isDocument;
  if (!check(document)) return (check.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
  return comparison ? (document as StudyComparison).studies.flatMap(lengthFaults) : lengthFaults(document as StudyDocument);
}

function lengthFaults({ trials, spread, best_of_n, errors, study, curves }: StudyDocument): string[] {
  const faults: string[] = [];
  const same = (what: string, got: number, expected: number): void => {
    if (got !== expected) faults.push(`${what} has ${got} entries, expected ${expected}`);
  };
  const count = trials.number.length;
  for (const column of ['state', 'value', 'epochs', 'seconds', 'start', 'role'] as const) same(`/trials/${column}`, trials[column].length, count);
  for (const [name, column] of Object.entries(trials.params)) same(`/trials/params/${name}`, column.length, count);
  for (const { name } of study.space) if (!(name in trials.params)) faults.push(`/trials/params has no column ${name}`);
  if (spread) same('/spread/histogram/edges', spread.histogram.edges.length, spread.histogram.counts.length + 1);
  if (best_of_n) for (const key of ['estimate', 'low', 'high'] as const) same(`/best_of_n/${key}`, best_of_n[key].length, best_of_n.n.length);
  if (errors) same('/errors/confusion', errors.confusion.length, errors.classes.length);
  const known = new Set(trials.number);
  for (const curve of curves) if (!known.has(curve.trial)) faults.push(`/curves: trial ${curve.trial} is not in /trials/number`);
  return faults;
}
