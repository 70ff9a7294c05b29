/** A small city with work on every desk: orders in many states, made over the real API. */
import { must, walk } from '../flow/walk.ts';
import type { Walk } from '../flow/walk.ts';
import { newKey, until } from '../processes.ts';
import type { Stage } from './stage.ts';

/** Where the orders stand, by what they say. */
export const CITY = {
  waiting: '翠竹苑三号楼楼道灯坏了半个月，晚上老人上下楼看不见，没有人来修。',
  toDispatch: '滨江路雨水井盖松动，汽车一压就响，夜里睡不着，请尽快固定。',
  second: '菜场门口污水横流，一下雨就漫到人行道上，已经一个多星期了。',
  dispatched: '自来水发黄，烧开了也有一股味道，想知道能不能喝。',
  working: '小区门口水管一直漏水，路面都是水，请派人来看看。',
  drafted: '水表走得太快，上个月水费比平时多了一倍，要求核查。',
  audited: '昨晚十点停水到现在，家里有老人要吃药，请尽快恢复供水。',
  audited2: '水压太低，六楼洗澡都没有水，反映过两次没有结果。',
  called: '供水公司施工后路面没有恢复，坑坑洼洼，电动车摔了好几次。',
  called2: '抄表员没有上门，水费单却每个月都有读数，请说明情况。',
  closed: '消防栓漏水一个星期，请维修。',
  emergency: '快来人，隔壁楼三楼冒黑烟看到火了，里面好像还有小孩！',
} as const;
export type Told = keyof typeof CITY;

export interface City {
  road: Walk;
  ids: Record<Told, string>;
}

/** How far each order goes along the road. */
const STEPS = ['dispatched', 'working', 'drafted', 'audited', 'called', 'closed'] as const;
const GOES: Partial<Record<Told, (typeof STEPS)[number]>> = {
  dispatched: 'dispatched',
  working: 'working',
  drafted: 'drafted',
  audited: 'audited',
  audited2: 'audited',
  called: 'called',
  called2: 'called',
  closed: 'closed',
};

export async function peopleCity(stage: Stage): Promise<City> {
  const { house } = stage;
  const road = walk(house.as);
  const ids = {} as City['ids'];
  const names = Object.keys(CITY) as Told[];
  for (const [i, name] of names.entries()) {
    const phone = `1390000${1000 + i}`;
    const { orderId } = await road.register({ content: CITY[name], name: '陈女士', phone });
    ids[name] = orderId;
  }
  await house.quiet();
  for (const name of names) {
    if (name === 'waiting' || name === 'emergency') continue;
    await road.accept(ids[name]);
    const to = GOES[name];
    if (to) await bring(road, ids[name], STEPS.indexOf(to));
  }
  await house.quiet();
  const supervisor = await house.as('supervisor');
  must(
    await supervisor.post(
      `/api/orders/${ids.working}/supervisions`,
      { level: 2, demand: '请今天之内说明抢修到哪一步。' },
      { 'idempotency-key': newKey() },
    ),
  );
  return { road, ids };
}

async function bring(road: Walk, id: string, to: number): Promise<void> {
  await road.dispatch(id, []);
  if (to < STEPS.indexOf('working')) return;
  await road.sign(id);
  await road.firstContact(id);
  if (to < STEPS.indexOf('drafted')) return;
  await road.draft(id);
  if (to < STEPS.indexOf('audited')) return;
  await road.countersign(id);
  if (to < STEPS.indexOf('called')) return;
  await road.auditPass(id);
  if (to < STEPS.indexOf('closed')) return;
  const task = await until('a callback', () => road.callback(id));
  await road.evaluate(task, { contacted: true, solved: 'solved', satisfaction: 5, reasons: [] });
}
