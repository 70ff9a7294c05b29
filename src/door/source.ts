/** Other systems that may knock, each with a name, a door and a secret of its own. */
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Crypto } from '../platform/crypto.ts';
import type { Db, Reader } from '../platform/db.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { openedSource } from './schema.ts';
import type { OpenedSource, SourceView } from './schema.ts';
import * as store from './store.ts';

/**
 * Lets another system knock at a door; a source of this name gets the new secret and limit instead.
 * @throws AppError `invalid_input` for a name, a door, a secret or a limit that cannot be one.
 */
export async function openSource(
  tx: Tx,
  deps: Pick<Deps, 'crypto'>,
  input: OpenedSource,
): Promise<{ id: string }> {
  const read = openedSource.safeParse(input);
  if (!read.success) {
    const issues = read.error.issues.map((i) => ({ path: i.path.join('.'), code: i.code }));
    fail('invalid_input', { issues });
  }
  const { name, door, secret, perMinute } = read.data;
  const seal = (id: string) => deps.crypto.seal(secret, `${id}/secret`);
  const made = newId();
  const row = { id: made, name, door, secret_ct: seal(made), active: true, per_minute: perMinute };
  const id = await store.putSource(tx.db, { ...row, created_at: tx.at }, seal);
  tx.record({
    type: 'door.source_opened',
    subjectType: 'door',
    subjectId: id,
    payload: { sourceId: id },
  });
  return { id };
}

/** Nobody of this name may knock any more. @throws AppError `not_found`. */
export async function closeSource(tx: Tx, name: string): Promise<void> {
  const id = (await store.closeSource(tx.db, name)) ?? fail('not_found');
  tx.record({
    type: 'door.source_closed',
    subjectType: 'door',
    subjectId: id,
    payload: { sourceId: id },
  });
}

/** The secret that we share with a source, to sign what we send it; null where none is open. */
export async function secretOf(
  deps: { db: Reader; crypto: Crypto },
  name: string,
): Promise<string | null> {
  const { row } = await store.sourceNamed(deps.db, name);
  return row?.active ? deps.crypto.open(row.secret_ct, `${row.id}/secret`) : null;
}

export async function listSources(db: Db): Promise<SourceView[]> {
  return (await store.listSources(db)).map((s) => ({
    id: s.id,
    name: s.name,
    door: s.door,
    active: s.active,
    perMinute: s.per_minute,
    createdAt: s.created_at.toISOString(),
    dead: s.dead,
    lastAt: s.last_at?.toISOString() ?? null,
  }));
}

/** Sources that a demo has from the start, so that nothing has to be configured. */
const DEMO_SOURCES = [
  { name: 'demo-switch', door: 'cti' },
  { name: 'demo-sms', door: 'sms' },
] as const;
export type DemoSource = (typeof DEMO_SOURCES)[number]['name'];
/** A city's calls, with room. */
const DEMO_PER_MINUTE = 60_000;

/** The secret of a demo's source; derived, so that whoever plays its part needs no configuration. */
export const demoDoorSecret = (crypto: Crypto, name: DemoSource): string =>
  crypto.mac('request', `demo-door/${name}`);

/** Opens the sources of a demo database; safe to repeat. */
export async function openDemoSources(tx: Tx, deps: Pick<Deps, 'crypto'>): Promise<void> {
  for (const s of DEMO_SOURCES) {
    const secret = demoDoorSecret(deps.crypto, s.name);
    // Under another SECRET_KEY the old one cannot be read: then it is opened anew as well.
    const known = await secretOf({ db: tx.db, crypto: deps.crypto }, s.name).catch(() => null);
    if (known === secret) continue;
    await openSource(tx, deps, { ...s, secret, perMinute: DEMO_PER_MINUTE });
  }
}
