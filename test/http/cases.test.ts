/** probe */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, it } from 'vitest';
import { createWorld } from '../world.ts';
import { raisedByPage, typedByOperator } from './door.ts';
import type { World } from '../world.ts';
let w: World;
beforeAll(async () => { w = await createWorld({ at: '2026-09-21T02:24:00Z', triage: true }); });
afterAll(() => w.close());
const CASES = readFileSync(new URL('../../db/seed/demo/fortnight/cases.jsonl', import.meta.url),'utf8').trim().split('\n').map((l)=>JSON.parse(l));
it('probe', async () => {
  const out: string[] = [];
  for (const c of CASES) {
    const ch = c.channel === '110' ? 'police_110' : c.channel;
    const a = (await (await w.as('operator')).post('/api/advise', { content: c.text, channel: ch })).body;
    const u = a.understanding;
    let id: string;
    if (ch === 'web') id = (await raisedByPage(w, { content: c.text })).id;
    else id = await typedByOperator(w, { content: c.text, channel: ch, requester: { name: '陈女士', phone: '139000' + String(10000+out.length) }, ...(u.areas[0] && { areaCode: u.areas[0].value }) });
    let acc: any = null;
    if (ch !== 'web') acc = await (await w.as('operator')).post(`/api/orders/${id}/acts`, { act: 'accept', version: 1, input: { type: u.types[0]?.value ?? 'other', categoryCode: u.categories[0]?.value ?? '1608', urgency: u.urgency.value, ...(u.subjectKind && {subjectKind: u.subjectKind}) } });
    await w.settle();
    const d = (await (await w.as('dispatcher')).get(`/api/orders/${id}`)).body;
    out.push([c.id, c.action, '->', u.proposal.act, u.proposal.ground ?? u.emergency?.target ?? '', '|', c.type, '->', u.types[0]?.value, '|', c.cat, '->', u.categories.map((x: any) => x.value).join(','), u.subjectKind, '|', c.urgency, '->', u.urgency.value, '|', c.flags.join(','), '->', u.flags.map((x: any) => x.value).join(','), '|', c.lead, c.co.join(','), '->', a.routing?.lead?.code, a.routing?.co.map((x: any)=>x.code).join(','), a.routing?.steps.map((x:any)=>x.code).join(','),  '|', 'score', u.score.toFixed(2), acc?.status, d.state, (d.waits??[]).join(','), 'area', u.areas[0]?.value, u.address, '|', u.title].join(' '));
  }
  (await import("node:fs")).writeFileSync("/tmp/P/probe.txt", out.join("\n"));
  console.info(out.join('\n'));
}, 180_000);
