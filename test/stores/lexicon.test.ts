/** The lexicon, what it made of orders, and where people chose otherwise, against a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedLexicon, shippedLexicon } from '../../db/seed-lexicon.ts';
import {
  classificationOf,
  classificationsOf,
  keepClassification,
  loadClassifier,
  publishLexicon,
  recordCorrections,
  shipLexicon,
} from '../../src/understanding/index.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
const AT = new Date('2026-09-21T02:24:00Z');
beforeAll(async () => {
  w = await createWorld({ at: AT.toISOString() });
});
afterAll(() => w.close());

const versions = async () =>
  (await w.db.selectFrom('lexicon').select('version').orderBy('version').execute()).map(
    (r) => r.version,
  );
const inTx = <T>(work: (tx: { db: Parameters<typeof seedLexicon>[0]; at: Date }) => Promise<T>) =>
  w.db.transaction().execute((db) => work({ db, at: AT }));

describe('versions', () => {
  it('begin with the shipped one, and seeding again adds none', async () => {
    expect(await versions()).toEqual([1]);
    await inTx((tx) => seedLexicon(tx.db));
    expect(await versions()).toEqual([1]);
  });

  it('are refused with their faults when the document is none', async () => {
    await expect(inTx((tx) => publishLexicon(tx, { categories: {} }, null))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await versions()).toEqual([1]);
  });

  it('grow by one when the shipped document changes', async () => {
    const changed = structuredClone(shippedLexicon());
    changed.categories['0301']!.terms['水龙头哑了'] = 4;
    expect(await inTx((tx) => shipLexicon(tx, changed))).toBe(2);
    expect(await inTx((tx) => shipLexicon(tx, changed))).toBeNull();
    expect((await loadClassifier(w.db)).version).toBe(2);
  });

  it('that people published stand before a newly shipped one', async () => {
    const { id } = await w.db
      .selectFrom('app_user')
      .select('id')
      .limit(1)
      .executeTakeFirstOrThrow();
    const own = structuredClone(shippedLexicon());
    own.categories['0301']!.terms['水龙头勿出水'] = 4;
    const rolledBack = inTx(async (tx) => {
      await publishLexicon(tx, own, id);
      expect(await shipLexicon(tx, shippedLexicon())).toBeNull();
      throw new Error('only looked');
    });
    await expect(rolledBack).rejects.toThrow('only looked');
  });
});

describe('the classifier in force', () => {
  it('is built once and knows the places of the city', async () => {
    const one = await loadClassifier(w.db);
    expect(await loadClassifier(w.db)).toBe(one);
    const u = one.understand({ content: '翠竹苑停水', address: '', channel: 'phone' });
    expect(u.areas[0]?.value).toBe('339902001');
    expect(one.auto.dispatch).toBeGreaterThan(0.5);
  });
});

/** Two orders, the second without anything understood, and somebody who corrects. */
async function ordered(): Promise<{ order: string; other: string; user: string }> {
  const s = steps(w);
  const [order, other] = [await s.register(), await s.register()];
  await w.db.deleteFrom('classification').where('order_id', '=', other.id).execute();
  const { actor } = await w.as('dispatcher');
  return { order: order.id, other: other.id, user: actor.userId };
}

describe('what was understood of an order', () => {
  it('is kept once, read by one and by many, and holds no word that only the text has', async () => {
    const { order } = await ordered();
    const classifier = await loadClassifier(w.db);
    const content = '南塘街道翠竹苑停水,我叫郑小满,家里有老人';
    const understanding = classifier.understand({ content, address: '', channel: 'phone' });
    await inTx((tx) => keepClassification(tx.db, [{ orderId: order, understanding }], tx.at));
    await inTx((tx) => keepClassification(tx.db, [{ orderId: order, understanding }], tx.at));
    const kept = await classificationOf(w.db, order);
    expect(kept).toMatchObject({
      classifier: 'lexicon',
      categoryCode: '0301',
      areaCode: '339902001',
      proposal: 'dispatch',
      at: AT.toISOString(),
    });
    expect((await classificationsOf(w.db, [order])).get(order)).toEqual(kept);
    expect(JSON.stringify(kept)).not.toContain('郑小满');
  });

  it('is corrected field by field, and only where something was suggested', async () => {
    const { order, other, user } = await ordered();
    const classifier = await loadClassifier(w.db);
    const content = '翠竹苑停水';
    const understanding = classifier.understand({ content, address: '', channel: 'phone' });
    await inTx((tx) => keepClassification(tx.db, [{ orderId: order, understanding }], tx.at));
    const chosen = { categoryCode: '0302', areaCode: '339902001' };
    expect(await inTx((tx) => recordCorrections(tx, order, chosen, user))).toBe(1);
    expect(await inTx((tx) => recordCorrections(tx, other, chosen, user))).toBe(0);
    const rows = await w.db
      .selectFrom('correction')
      .select(['field', 'suggested', 'chosen', 'user_id'])
      .where('order_id', '=', order)
      .execute();
    expect(rows).toEqual([{ field: 'category', suggested: '0301', chosen: '0302', user_id: user }]);
  });
});
