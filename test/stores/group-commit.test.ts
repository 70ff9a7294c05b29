/** Intake batches: a bad draft fails only itself, a repeated one makes one order, numbers have no gaps. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupCommit } from '../../src/platform/group-commit.ts';
import { registerInput } from '../../src/intake/schema.ts';
import { createIntake } from '../../src/intake/index.ts';
import type { Arrival } from '../../src/intake/index.ts';
import { AppError } from '../../src/kernel/errors.ts';
import { orderNo } from '../../src/kernel/ids.ts';
import { connect } from '../../src/platform/db.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const AT = '2026-09-21T02:24:00Z';
let w: World;
beforeAll(async () => {
  w = await createWorld({ at: AT });
});
afterAll(() => w.close());

const arrival = async (
  body: { content: string; categoryCode?: string; contactId?: string },
  key: string = randomUUID(),
): Promise<Arrival> => {
  const { channel, contactId, requester, ...matter } = registerInput.parse({
    requester: { name: '陈女士', phone: '13805774471' },
    ...body,
  });
  return { actor: (await w.as('operator')).actor, key, channel, contactId, requester, matter };
};
const outcomes = async (list: Arrival[]) =>
  (await Promise.allSettled(list.map((a) => w.intake.register(a)))).map((r) =>
    r.status === 'fulfilled' ? r.value : ((r.reason as AppError).code ?? String(r.reason)),
  );
const count = async (table: 'work_order' | 'contact' | 'requester' | 'idempotency_key') =>
  Number(
    (await sql<{ n: string }>`select count(*) n from ${sql.table(table)}`.execute(w.db)).rows[0]!.n,
  );

/** Luhn's rule, written a second time: from the right, every second digit doubled, sum ends in 0. */
function luhnHolds(digits: string): boolean {
  let sum = 0;
  for (const [i, c] of [...digits].reverse().entries()) {
    const twice = Number(c) * 2;
    sum += i % 2 === 0 ? Number(c) : twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

describe('a batch of arrivals', () => {
  it('shares a transaction, and each gets its own answer', async () => {
    const list = await Promise.all(Array.from({ length: 30 }, (_, i) => arrival({ content: `第${i}件` }))); // prettier-ignore
    const got = await outcomes(list);
    expect(new Set(got.map((g) => (g as { orderId: string }).orderId)).size).toBe(30);
    const texts = await w.db.selectFrom('order_text').select(['order_id', 'content']).execute();
    for (const [i, g] of got.entries()) {
      const id = (g as { orderId: string }).orderId;
      expect(texts.find((t) => t.order_id === id)!.content).toBe(`第${i}件`);
    }
    const { rows } = await sql<{ n: string }>`
      select count(distinct registered_at) n from work_order`.execute(w.db);
    expect(Number(rows[0]!.n)).toBeLessThan(30);
  });
  it('one bad draft fails only itself: a wrong code, a foreign contact', async () => {
    const before = await count('work_order');
    const list = [
      await arrival({ content: '好一' }),
      await arrival({ content: '坏', categoryCode: '9999' }),
      await arrival({ content: '坏', contactId: randomUUID() }),
      await arrival({ content: '好二' }),
    ];
    const got = await outcomes(list);
    expect(got.map((g) => (typeof g === 'string' ? g : 'ok'))).toEqual([
      'ok',
      'invalid_input',
      'not_found',
      'ok',
    ]);
    expect(await count('work_order')).toBe(before + 2);
  });
  it('one that the database itself refuses fails alone, the others are tried again without it', async () => {
    const owner = connect(w.database.ownerUrl, { max: 1 });
    await sql`alter table order_text add constraint no_poison check (content <> '毒')`.execute(owner.db); // prettier-ignore
    try {
      const [before, keys] = [await count('work_order'), await count('idempotency_key')];
      const list = [];
      for (const content of ['甲', '毒', '乙', '丙']) list.push(await arrival({ content }));
      const got = await outcomes(list);
      expect(got.map((g) => typeof g)).toEqual(['object', 'string', 'object', 'object']);
      expect(await count('work_order')).toBe(before + 3);
      // The key of what failed is free: a mended form may use it again.
      expect(await count('idempotency_key')).toBe(keys + 3);
    } finally {
      await sql`alter table order_text drop constraint no_poison`.execute(owner.db);
      await owner.close();
    }
  });
  it('the same key twice in one batch makes one order, one contact, one requester', async () => {
    const before = [await count('work_order'), await count('contact'), await count('requester')];
    const key = randomUUID();
    const twin = () => arrival({ content: '双胞胎' }, key);
    const got = await outcomes([await twin(), await arrival({ content: '别的' }), await twin(), await twin()]); // prettier-ignore
    expect(got[2]).toEqual(got[0]);
    expect(got[3]).toEqual(got[0]);
    expect(got[1]).not.toEqual(got[0]);
    const after = [await count('work_order'), await count('contact'), await count('requester')];
    expect(after).toEqual(before.map((n) => n + 2));
  });
  it('the same key with other content in one batch: the second is refused', async () => {
    const key = randomUUID();
    const got = await outcomes([await arrival({ content: '一' }, key), await arrival({ content: '二' }, key)]); // prettier-ignore
    expect(got[0]).toMatchObject({ version: 1 });
    expect(got[1]).toBe('idempotency_key_reused');
  });
  it('keys that cross in batches at once neither deadlock nor double', async () => {
    const keys = Array.from({ length: 40 }, () => randomUUID());
    const before = await count('work_order');
    const rounds = await Promise.all(
      [keys, [...keys].reverse(), keys].map(async (list) => {
        const arrivals = await Promise.all(list.map((k) => arrival({ content: `键 ${k}` }, k)));
        return outcomes(arrivals);
      }),
    );
    expect(rounds.flat().filter((g) => typeof g === 'string')).toEqual([]);
    expect(rounds[1]!.toReversed()).toEqual(rounds[0]);
    expect(await count('work_order')).toBe(before + 40);
  });
  it('keys that two processes take at once: one order each, the others of both batches stand', async () => {
    const keys = Array.from({ length: 10 }, () => randomUUID());
    const before = await count('work_order');
    const doors = [w.intake, createIntake(w.deps), createIntake(w.deps)];
    const rounds = await Promise.all(
      doors.map(async (door, n) => {
        const own = await Promise.all([0, 1].map((i) => arrival({ content: `门 ${n} ${i}` })));
        const shared = await Promise.all(keys.map((k) => arrival({ content: `键 ${k}` }, k)));
        return Promise.all([...shared, ...own].map((a) => door.register(a)));
      }),
    );
    const ids = rounds.map((r) => r.map((g) => g.orderId));
    expect(ids[1]!.slice(0, 10)).toEqual(ids[0]!.slice(0, 10));
    expect(ids[2]!.slice(0, 10)).toEqual(ids[0]!.slice(0, 10));
    expect(new Set(ids.flat()).size).toBe(16);
    expect(await count('work_order')).toBe(before + 16);
  });
  it('the same wrong form twice in one batch: both hear what is wrong, none "busy"', async () => {
    const key = randomUUID();
    const wrong = () => arrival({ content: '坏', categoryCode: '9999' }, key);
    expect(await outcomes([await wrong(), await wrong()])).toEqual([
      'invalid_input',
      'invalid_input',
    ]);
  });
});

describe('order numbers', () => {
  it('run through the city day without gaps, after failures too, with the right last digit', async () => {
    const fresh = await createWorld({ at: '2026-09-22T15:59:00Z' }); // 23:59 in Shanghai
    try {
      const { actor } = await fresh.as('operator');
      const send = async (n: number, bad: (i: number) => boolean) => {
        const made = Array.from({ length: n }, (_, i) => {
          const body = { content: `${i}`, ...(bad(i) && { categoryCode: '9999' }) };
          const { channel, contactId, requester, ...matter } = registerInput.parse(body);
          return fresh.intake.register({ actor, key: randomUUID(), channel, contactId, requester, matter }); // prettier-ignore
        });
        return (await Promise.allSettled(made)).flatMap((r) =>
          r.status === 'fulfilled' ? r.value.orderNo : [],
        );
      };
      const numbers = [...(await send(60, (i) => i % 7 === 3)), ...(await send(5, () => false))];
      const tails = numbers.map((n) => Number(n.slice(8, 13))).sort((a, b) => a - b);
      expect(tails).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
      for (const n of numbers) {
        expect(n).toMatch(/^20260922\d{6}$/);
        expect(luhnHolds(n)).toBe(true);
        expect(luhnHolds(n.slice(0, 13) + ((Number(n[13]) + 1) % 10))).toBe(false);
      }
      await fresh.moveTo('2026-09-22T16:00:30Z'); // the next day there
      const [next] = await send(1, () => false);
      expect(next).toMatch(/^2026092300001\d$/);
    } finally {
      await fresh.close();
    }
  });
});

it('the database makes the number that the code makes', async () => {
  const days = ['20260101', '20260921', '20251231', '20280229'];
  const sequences = [1, 9, 17, 883, 9_999, 10_000, 54_321, 99_999, 100_000, 1_234_567];
  for (const day of days)
    for (const n of sequences) {
      const { rows } = await sql<{ no: string }>`select order_number(${day}, ${n}) as no`.execute(
        w.db,
      );
      expect(rows[0]!.no).toBe(orderNo(day, n));
    }
});

describe('groupCommit', () => {
  const onFull = () => new AppError('busy');
  const held = () => {
    let open = () => {};
    const door = new Promise<void>((resolve) => (open = resolve));
    return { door, open };
  };
  it('answers "busy" at once when 5,000 wait, and takes more when they are gone', async () => {
    const { door, open } = held();
    let batches = 0;
    const commit = groupCommit<number, number>(
      async (items) => {
        batches += 1;
        await door;
        return items.map((value) => ({ ok: true, value }));
      },
      onFull,
      () => true,
    );
    // Two batches of one go under way, the rest waits.
    const first = [commit(-1)];
    await Promise.resolve();
    first.push(commit(-2));
    await Promise.resolve();
    const waiting = Array.from({ length: 5_000 }, (_, i) => commit(i));
    await expect(commit(9_999)).rejects.toMatchObject({ code: 'busy', status: 503 });
    expect(batches).toBe(2);
    open();
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    expect(await Promise.all(first)).toEqual([-1, -2]);
    expect(await commit(7)).toBe(7);
    expect(batches).toBeLessThanOrEqual(2 + 25 + 1);
  });
  it('never has more than two batches of 200 under way', async () => {
    let now = 0;
    let most = 0;
    const sizes: number[] = [];
    const commit = groupCommit<number, number>(
      async (items) => {
        most = Math.max(most, ++now);
        sizes.push(items.length);
        await new Promise((r) => setImmediate(r));
        now -= 1;
        return items.map((value) => ({ ok: true, value }));
      },
      onFull,
      () => true,
    );
    await Promise.all(Array.from({ length: 1_500 }, (_, i) => commit(i)));
    expect(most).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
    expect(sizes.reduce((a, b) => a + b)).toBe(1_500);
  });
  it('tries each alone when an item may be to blame, and nobody when the database is gone', async () => {
    const tried: number[][] = [];
    const make = (blame: boolean) =>
      groupCommit<number, number>(
        async (items) => {
          tried.push(items);
          if (items.includes(13)) throw new Error('poison');
          return items.map((value) => ({ ok: true, value }));
        },
        onFull,
        () => blame,
      );
    const run = (commit: (n: number) => Promise<number>) =>
      Promise.allSettled([1, 13, 2].map((n) => commit(n)));
    const blamed = await run(make(true));
    expect(blamed.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    tried.length = 0;
    const gone = await run(make(false));
    expect(gone.map((r) => r.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(tried).toHaveLength(1);
  });
  it('rejects, rather than leaves waiting, when a batch answers too few', async () => {
    const commit = groupCommit<number, number>(async () => [{ ok: true, value: 1 }], onFull, () => true); // prettier-ignore
    const all = await Promise.allSettled([commit(1), commit(2)]);
    expect(all.map((r) => r.status)).toEqual(['fulfilled', 'rejected']);
  });
});
