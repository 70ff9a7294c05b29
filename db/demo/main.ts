/** The process that plays: a child of the supervisor; it ends with it. */
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/platform/config.ts';
import { SHORT_EXIT } from '../../src/demo-house.ts';
import { Flawed, playFortnight } from './play.ts';

process.on('disconnect', () => process.exit(1));

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    days: { type: 'string' },
    seed: { type: 'string' },
    end: { type: 'string' },
    fingerprint: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const config = loadConfig();
  if (!config.demoToken) throw new Error('DEMO_TOKEN: missing');
  const endAt = values.end ? Date.parse(values.end) : undefined;
  if (endAt !== undefined && Number.isNaN(endAt)) throw new Error(`not a time: ${values.end}`);
  await playFortnight({
    url: values.url ?? `http://127.0.0.1:${config.port}`,
    token: config.demoToken,
    days: values.days ? Number(values.days) : config.demoDays,
    seed: values.seed ? Number(values.seed) : config.demoSeed,
    endAt,
    fingerprint: values.fingerprint,
    say: (text) => void process.stdout.write(`${text}\n`),
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof Flawed ? SHORT_EXIT : 1);
  },
);
