/** The policy of channels: what the newest version says, and how the shipped one gets in. */
import { isDeepStrictEqual } from 'node:util';
import { fail } from '../kernel/errors.ts';
import { appNow } from '../platform/db.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { channelPolicy } from './policy.schema.ts';
import type { ChannelPolicy } from './policy.schema.ts';
import * as store from './policy.store.ts';

/** The policy that holds now, and its version. @throws AppError `not_ready` without one. */
export async function channelPolicyOf(
  db: Reader,
): Promise<{ version: number; document: ChannelPolicy }> {
  const row = (await store.newestPolicy(db)) ?? fail('not_ready');
  return { version: row.version, document: channelPolicy.parse(row.document) };
}

/** Loads the shipped policy; a later one follows only where nobody published their own. */
export async function shipChannelPolicy(db: DbTx, raw: unknown): Promise<void> {
  const document = channelPolicy.parse(raw);
  const newest = await store.newestPolicy(db);
  if (newest && (newest.created_by !== null || isDeepStrictEqual(newest.document, document)))
    return;
  await store.insertPolicy(db, {
    version: (newest?.version ?? 0) + 1,
    document: JSON.stringify(document),
    created_at: await appNow(db),
    created_by: null,
    note: newest ? '随平台升级更新' : '初始政策',
  });
}
