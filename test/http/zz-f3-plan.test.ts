import pg from 'pg';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countFacts, listFacts } from '../../src/reporting/store.ts';
import { orderByTail } from '../../src/workorder/index.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
let w: World;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:00:00Z' });
  const s = steps(w);
  await s.evaluated({ type: 'help', urgency: 'U4', lead: 'ZHZF', categoryCode: '0203', rating: { contacted: true, solved: 'solved', satisfaction: 5, reasons: [] } } as any);
  await w.settle();
}, 90_000);
afterAll(() => w.close());
it('plans', { timeout: 400_000 }, async () => {
  const c = new pg.Client({ connectionString: w.database.ownerUrl });
  await c.connect();
  const cols = async (t: string) => (await c.query("select column_name n from information_schema.columns where table_name=$1 and table_schema='public' and is_generated='NEVER'", [t])).rows.map((r) => r.n);
  const N = 150000;
  // g = copy number; times go back over 1000 days
  const copy = async (t: string, map: Record<string, string>, where = 'true') => {
    const names = await cols(t);
    await c.query(`insert into ${t} (${names.join(',')}) select ${names.map((n) => map[n] ?? `x.${n}`).join(',')} from (select * from ${t} where ${where} limit 1) x, generate_series(1,${N}) g`);
  };
  const id = (t: string) => `md5('${t}' || g)::uuid`;
  const back = (col: string) => `x.${col} - g * interval '72 minutes'`;
  await copy('work_order', { id: id('o'), order_no: "to_char(20200000 + g/100, 'FM00000000') || lpad((g*7919 % 100000000)::text, 8, '0')", registered_at: back('registered_at'), requester_id: 'x.requester_id' });
  await copy('assignment', { id: id('a'), order_id: id('o'), created_at: back('created_at'), submitted_at: back('submitted_at') }, "kind='lead'");
  await copy('deadline', { id: id('d'), subject_id: id('a'), order_id: id('o'), stopped_at: back('stopped_at'), due_at: back('due_at') }, "clock='first_contact'");
  await copy('deadline', { id: id('e'), subject_id: id('x'), order_id: id('o'), stopped_at: back('stopped_at'), due_at: back('due_at') }, "clock='sign'");
  await copy('callback_task', { id: id('t'), order_id: id('o'), done_at: back('done_at') });
  await copy('evaluation', { id: id('v'), order_id: id('o'), at: back('at') });
  await c.query('analyze');
  const logged: string[] = [];
  const range = { from: new Date('2026-06-01'), to: new Date('2026-07-01'), unitIds: null };
  // whole-view figures (no near) to compare
  for (const [rate, view] of [['response','response_fact'],['solved','callback_fact']] as const) {
    const counts = await countFacts(w.db, rate, range);
    const n = counts.reduce((s, x) => s + x.n, 0);
    const whole = (await c.query(`select count(*)::int n from ${view} f where f.at >= $1 and f.at < $2`, [range.from, range.to])).rows[0].n;
    console.log(rate, n, whole);
    expect(n).toBe(whole);
  }
  const real = (w.db as any).getExecutor();
  const capture = async (run: (db: any) => Promise<unknown>) => {
    const got: { sql: string; parameters: readonly unknown[] }[] = [];
    const db = w.db.withPlugin({ transformQuery: (a: any) => a.node, transformResult: async (a: any) => a.result });
    const ex: any = (db as any).getExecutor();
    const orig = ex.executeQuery.bind(ex);
    ex.executeQuery = (q: any, ...r: any[]) => { got.push({ sql: q.sql, parameters: q.parameters }); return orig(q, ...r); };
    await run(db);
    return got;
  };
  const explain = async (name: string, run: (db: any) => Promise<unknown>) => {
    for (const q of await capture(run)) {
      const p = (await c.query(`explain (analyze, buffers, costs off, summary on) ${q.sql}`, [...q.parameters] as any)).rows.map((r: any) => r['QUERY PLAN']).join('\n');
      console.log(`== ${name}\n${p}`);
    }
  };
  void real; void sql; void logged;
  await explain('response', (db) => countFacts(db, 'response', range));
  await explain('solved', (db) => countFacts(db, 'solved', range));
  await explain('list', (db) => listFacts(db, 'response', range, ['met'], null, 20));
  await explain('tail', (db) => orderByTail(db, '7919', [], new Date('2026-01-01')));
  await c.end();
});
