/** The policy of channels: what the newest version says, and how the shipped one gets in. */
import { isDeepStrictEqual } from 'node:util';
import { userNames } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { appNow } from '../platform/db.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps } from '../platform/unit-of-work.ts';
import { channelPolicy } from './policy.schema.ts';
import type { ChannelPolicy, ChannelPolicyInput, ChannelPolicyView } from './policy.schema.ts';
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
  if (newest && isDeepStrictEqual(newest.document, document)) return;
  const own = newest?.created_by ? newest.document : null;
  // What people decided holds, as long as it says everything that this release asks.
  if (own && channelPolicy.safeParse(own).success) return;
  await store.insertPolicy(db, {
    version: (newest?.version ?? 0) + 1,
    document: JSON.stringify(own ? channelPolicy.parse(filled(document, own)) : document),
    created_at: await appNow(db),
    created_by: newest?.created_by ?? null,
    note: newest ? '随平台升级更新' : '初始政策',
  });
}

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/** What somebody decided, with what is missing from the shipped one. */
function filled(shipped: unknown, own: unknown): unknown {
  if (!isObject(shipped) || !isObject(own)) return own ?? shipped;
  const names = new Set([...Object.keys(shipped), ...Object.keys(own)]);
  return Object.fromEntries([...names].map((n) => [n, filled(shipped[n], own[n])]));
}

/** The policy for staff who read it. @throws AppError `not_ready` without one. */
export async function viewChannelPolicy(db: Reader): Promise<ChannelPolicyView> {
  const row = (await store.newestPolicy(db)) ?? fail('not_ready');
  const names = await userNames(db, row.created_by ? [row.created_by] : []);
  return {
    version: row.version,
    note: row.note,
    publishedAt: row.created_at.toISOString(),
    publishedByName: (row.created_by && names.get(row.created_by)) || null,
    document: channelPolicy.parse(row.document),
  };
}

/**
 * Publishes a version; what runs reads it at its next look.
 * @throws AppError `not_allowed`, and `version_conflict` where another version was published meanwhile.
 */
export function publishChannelPolicy(
  deps: Deps,
  actor: StaffActor,
  input: ChannelPolicyInput,
  call: Call,
): Promise<{ version: number }> {
  const grant = actor.grants.find((g) => g.role === 'center_admin') ?? fail('not_allowed');
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      await store.lockPolicies(tx.db);
      const newest = (await store.newestPolicy(tx.db)) ?? fail('not_ready');
      if (newest.version !== input.basedOn) fail('version_conflict', { version: newest.version });
      const version = newest.version + 1;
      await store.insertPolicy(tx.db, {
        version,
        document: JSON.stringify(input.document),
        created_at: tx.at,
        created_by: actor.userId,
        note: input.note,
      });
      tx.record(
        {
          type: 'channel_policy.published',
          subjectType: 'channel_policy',
          subjectId: newId(),
          payload: { version },
        },
        { party: 'center_admin', organizationId: grant.organizationId },
      );
      return { version };
    },
    call,
  );
}
