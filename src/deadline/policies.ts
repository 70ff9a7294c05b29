/** What is shown of policies, and whether the clocks stand on published days. */
import { publishedUntil } from '../calendar/index.ts';
import type { ClockHealth } from '../calendar/schema.ts';
import { userNames } from '../identity/index.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { documentOf, listPolicies, policyAt } from './policy.store.ts';
import type { PolicyView } from './schema.ts';
import { countProvisional } from './store.ts';

/** Every version of the policy, newest first. */
export async function policies(db: Reader): Promise<PolicyView[]> {
  const [rows, now] = [await listPolicies(db), await appNow(db)];
  const current = (await policyAt(db, now))?.version;
  const names = await userNames(
    db,
    rows.flatMap((r) => r.published_by ?? []),
  );
  const views: PolicyView[] = [];
  for (const r of rows) {
    views.push({
      version: r.version,
      validFrom: r.valid_from.toISOString(),
      note: r.note,
      publishedByName: (r.published_by && names.get(r.published_by)) || null,
      publishedAt: r.published_at.toISOString(),
      withdrawnAt: r.withdrawn_at?.toISOString() ?? null,
      current: r.version === current,
      document: await documentOf(db, r),
    });
  }
  return views;
}

/** How far the published days reach, and how many clocks reach further. */
export async function health(db: Reader): Promise<ClockHealth> {
  return { ...(await publishedUntil(db)), provisional: await countProvisional(db) };
}
