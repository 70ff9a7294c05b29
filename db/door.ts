/** `door`: lets another system knock, prints the secret once, closes a source, lists all of them. */
import { parseArgs } from 'node:util';
import { closeSource, listSources, openDemoSources, openSource } from '../src/door/index.ts';
import { SYSTEM } from '../src/kernel/actor.ts';
import { AppError } from '../src/kernel/errors.ts';
import { newToken } from '../src/platform/crypto.ts';
import { deploymentKind } from '../src/platform/db.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';

const USAGE = `usage: npm run door -- --open NAME --door cti|sms|sms_receipt [--per-minute N]
       npm run door -- --close NAME
       npm run door -- --list
With DATABASE_URL and SECRET_KEY set. Said again for an open NAME it makes a new secret; the old one ends.
`;
/**
 * The doors there are, and messages a minute where nobody says otherwise: a switch asks twice a second for
 * each caller who waits. A source of `sms` also knocks at its receipts.
 */
const PER_MINUTE: Readonly<Record<string, number>> = {
  cti: 60_000,
  sms: 6_000,
  sms_receipt: 6_000,
};

/** @returns what is printed. @throws an Error that says how it is used. */
export async function runDoor(deps: Deps, args: string[]): Promise<string> {
  const { values } = parseArgs({
    args,
    options: {
      open: { type: 'string' },
      door: { type: 'string' },
      'per-minute': { type: 'string' },
      close: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) return list(deps);
  if (values.close) return close(deps, values.close);
  const { open: name, door } = values;
  const usual = PER_MINUTE[door ?? ''];
  if (!name || !door || usual === undefined) throw new Error(USAGE);
  const secret = newToken();
  const perMinute = Number(values['per-minute'] ?? usual);
  try {
    await inTransaction(deps, SYSTEM, (tx) =>
      openSource(tx, deps, { name, door, secret, perMinute }),
    );
  } catch (error) {
    throw error instanceof AppError && error.code === 'invalid_input' ? new Error(USAGE) : error;
  }
  return `X-Hotline-Source: ${name}\nsecret (shown once): ${secret}\n`;
}

async function close(deps: Deps, name: string): Promise<string> {
  try {
    await inTransaction(deps, SYSTEM, (tx) => closeSource(tx, name));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    throw new Error(`${name}: no open source of this name`, { cause: error });
  }
  return `${name} closed\n`;
}

const list = async (deps: Deps): Promise<string> =>
  (await listSources(deps.db))
    .map(
      (s) =>
      [s.name, s.door, s.active ? 'open' : 'closed', `${s.perMinute}/min`, `${s.dead} dead`, s.lastAt ?? '-'].join('\t'), // prettier-ignore
    )
    .map((line) => `${line}\n`)
    .join('');

/** What a demo has from the start. @throws when the database is not marked as a demo. */
export async function seedDemoSources(deps: Deps): Promise<void> {
  if ((await deploymentKind(deps.db)) !== 'demo') throw new Error('not a demo database');
  await inTransaction(deps, SYSTEM, (tx) => openDemoSources(tx, deps));
}
