// node dist/sample.mjs TRIALS [SEED] [--unconfirmed] [--compare]: prints a made-up study document, or two to compare.
import { sampleDocument } from './sample_document';

const flags = process.argv.slice(2);
const [trials = 30, seed = 1] = flags.filter((flag) => !flag.startsWith('--')).map(Number);
const confirmed = flags.includes('--unconfirmed') ? false : undefined;
const document = flags.includes('--compare')
  ? { format: 'tailor-study-comparison', version: 4, studies: [sampleDocument({ trials, seed }), sampleDocument({ trials: Math.max(1, trials >> 1), seed: seed + 1, confirmed })] }
  : sampleDocument({ trials, seed, confirmed });
process.stdout.write(JSON.stringify(document));
