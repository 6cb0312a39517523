// node dist/validate.mjs FILE…: checks study documents against the schema; says what is wrong and where, and fails.
import { readFileSync } from 'node:fs';
import { schemaFaults } from './schema';

let failed = false;
for (const file of process.argv.slice(2)) {
  const faults = schemaFaults(JSON.parse(readFileSync(file, 'utf8')));
  for (const fault of faults) console.error(`${file}: ${fault}`);
  failed ||= faults.length > 0;
}
process.exit(failed ? 1 : 0);
