/**
 * The past of a city, planted straight into the tables: order `k` is the k-th newest, so that a larger
 * city is the same one with a longer past behind it. The same numbers make the same rows: hours and
 * weekdays at which people call, storms, lives of a log-normal length of at most sixteen days, so that the
 * open orders are the same few thousand however many are closed.
 */
import type pg from 'pg';

/** Orders of an ordinary working day; lives as below keep some two thousand of them open. */
const PER_DAY = 600;
/** Telephones that raised five orders each, and which orders (all among the newest ten thousand). */
export const CALLERS = { count: 200, each: 5, from: 2_000 } as const;
export const callerPhone = (i: number): string => String(13_911_000_000 + i);

/** Share of a day's calls in each hour of the city, thousandths. */
const HOURS = [9, 6, 4, 3, 4, 8, 20, 42, 78, 92, 86, 62, 46, 56, 72, 76, 70, 56, 48, 48, 44, 36, 22, 12]; // prettier-ignore
/** Share of an ordinary day, from Sunday on. */
const WEEKDAYS = [0.62, 1.12, 1.06, 1.02, 1, 0.98, 0.7];

/** What people say: a place, a matter that a category knows, how it stands. */
const WHAT = ['停水了', '水压很低', '井盖坏了', '路灯不亮', '噪声扰民', '乱停车', '垃圾没人清', '油烟很大', '暖气不热', '电梯停运', '拖欠工资', '公交不停站', '树枝压线', '下水道堵塞', '占道经营', '违章搭建', '房屋漏水', '网络断了', '物业不管', '要求退费']; // prettier-ignore
const HOW = ['从昨天到现在没有人来', '打了几次电话都没人接', '家里有老人和孩子', '请尽快派人处理', '希望给一个答复', '上个月反映过一次', '晚上十点以后最严重', '整栋楼都这样']; // prettier-ignore
/** Said in one order of five hundred; in six of the newest alone. */
export const SOME = '塌陷';
export const FEW = '蜂窝';

const list = (words: readonly string[]) => `array[${words.map((w) => `'${w}'`).join(',')}]`;

/** A number from 0 to below 1 that belongs to an order and a question. */
const u = (salt: number, k = 'k') =>
  `((hashint8extended(${k}, ${salt}) & 1048575)::float8 / 1048576)`;
const pick = (array: string, salt: number, n: number) =>
  `(${array})[1 + floor(${u(salt)} * ${n})::int]`;
/** An id of the order's instant: as the house makes them, they sort by time. */
const id = (n: number, of = 'l') => `(${of}.head || '${n.toString(16).padStart(3, '0')}' || ${of}.tail)::uuid`; // prettier-ignore

/** Hours back from now with their orders: `lo` ≤ k < `hi`. */
const SLOTS = `
  create unlogged table if not exists bench_slot as
  with anchor as (select date_trunc('minute', app_now()) as now), slot as (
    select h, a.now - h * interval '1 hour' as upper,
      a.now - h * interval '1 hour' + interval '8 hours' as city
    from anchor a, generate_series(0, 80000) h
  ), weighed as (
    select h, upper, ${PER_DAY} / 1000.0
      * (array[${HOURS}])[1 + extract(hour from city at time zone 'UTC')::int]
      * (array[${WEEKDAYS}])[1 + extract(dow from city at time zone 'UTC')::int]
      * (1 + 0.15 * sin(extract(doy from city at time zone 'UTC') / 58.1))
      -- A storm every seven weeks: four times as many for half a day.
      * case when h % 1176 between 400 and 412 then 4 else 1 end as n
    from slot
  ), summed as (
    select h, upper, floor(sum(n) over (order by h))::bigint as hi from weighed
  ) select upper, coalesce(lag(hi) over (order by h), 0) as lo, hi from summed`;

/**
 * One row for each order: who, what, where, and how far it got. Instants are shares of its life, of
 * which it has lived `f`; 1 and more is closed.
 */
const lives = (from: number, to: number) => `
  create temp table bench_life as
  with lead as (
    select row_number() over (order by (g.code = 'WATER') desc, c.category_code, g.code) as n,
      c.category_code, g.id as organization_id, c.id as catalogue_id
    from dispatch_catalogue c join organization g on g.code = c.lead_code
    where c.area_code is null and c.subject_kind is null
  ), leads as (select array_agg(category_code order by n) as categories,
      array_agg(organization_id order by n) as units, array_agg(catalogue_id order by n) as rows,
      count(*)::int as n from lead
  ), areas as (select array_agg(code order by code) as codes, count(*)::int as n from area
    where parent_code is not null
  ), spoken as (select array_agg(name order by name, area_code) as names, count(*)::int as n from place
  ), raw as (
    select k, s.upper - (k - s.lo + 0.5) / (s.hi - s.lo) * interval '1 hour' as at,
      ${u(1)} < 0.35 as direct,
      -- Twelve uniform numbers less six are nearly normal.
      exp(1.5 + 0.75 * (${Array.from({ length: 12 }, (_, i) => u(20 + i)).join(' + ')} - 6)) as days,
      1 + floor(l.n * ${u(3)} * ${u(3)})::int as which, md5(k::text) as hash,
      l.categories, l.units, l.rows,
      a.codes[1 + floor(a.n * ${u(4)})::int] as area,
      case when ${u(5)} < 0.06 then 'U2' when ${u(5)} < 0.6 then 'U3' else 'U4' end as urgency,
      case when ${u(6)} < 0.55 then 'help' when ${u(6)} < 0.85 then 'complaint'
        when ${u(6)} < 0.9 then 'report' when ${u(6)} < 0.97 then 'suggestion' else 'praise' end as type,
      case when ${u(7)} < 0.8 then 'phone' when ${u(7)} < 0.95 then 'web' else 'sms' end as channel,
      w.names[1 + floor(w.n * ${u(8)})::int] as place
    from bench_slot s cross join lateral generate_series(s.lo, s.hi - 1) k, leads l, areas a, spoken w
    where k >= ${from} and k < ${to} and s.hi > ${from} and s.lo < ${to}
  ), lived as (
    select r.*, case when direct then least(days, 20) * interval '20 minutes'
      else least(days, 16) * interval '1 day' end as life,
      lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' as head,
      '8' || substr(hash, 1, 15) as tail
    from raw r
  ), aged as (
    select v.*, extract(epoch from t.now - at) / extract(epoch from life) as f, t.now
    from lived v, (select max(upper) as now from bench_slot) t
  )
  select k, at, now, life, f, direct, head, tail, urgency, channel, area, place,
    case when direct then 'consultation' else type end as type,
    categories[which] as category, units[which] as unit, rows[which] as catalogue_id,
    case urgency when 'U2' then interval '1 day' when 'U3' then interval '5 days'
      else interval '10 days' end as allowed,
    case when f >= 1 then 'closed' when direct then 'registered' when f < 0.01 then 'registered'
      when f < 0.03 then 'pending_dispatch' when f < 0.08 then 'dispatched'
      when f < 0.75 then 'in_progress' when f < 0.8 then 'pending_audit'
      when f < 0.97 then 'pending_callback' else 'pending_close' end as state,
    to_char(at + interval '8 hours', 'YYYYMMDD') as day, ${u(9)} as luck
  from aged order by k desc`;

/** When a share of the life was over. */
const at = (share: number) => `l.at + ${share} * l.life`;
const road = 'not l.direct';
const past = (share: number) => `l.f >= ${share}`;
const person = (login: string, column: 'id' | 'person_id' = 'id') =>
  `(select ${column} from app_user where login = '${login}')`;
const CENTER = `(select id from organization where code = 'HOTLINE')`;

interface Step {
  n: number;
  act: string;
  event: string;
  from: string | null;
  to: string;
  share: number;
  of: string;
  party: string;
  login: string;
  hand: string | null;
  unit?: true;
}
const step = (n: number, act: string, event: string, from: string | null, to: string, share: number, of: string, party: string, login: string, hand: string | null, unit?: true): Step => ({ n, act, event, from, to, share, of, party, login, hand, ...(unit && { unit }) }); // prettier-ignore
const STEPS: readonly Step[] = [
  step(1, 'register', 'registered', null, 'registered', 0, 'true', 'operator', 'operator', 'received'), // prettier-ignore
  step(2, 'direct_answer', 'answered', 'registered', 'pending_callback', 1, 'l.direct', 'operator', 'operator', 'answered'), // prettier-ignore
  step(3, 'close', 'closed', 'pending_callback', 'closed', 1, 'l.direct', 'system', '', null),
  step(2, 'accept', 'accepted', 'registered', 'pending_dispatch', 0.01, road, 'operator', 'operator', 'received'), // prettier-ignore
  step(3, 'dispatch', 'dispatched', 'pending_dispatch', 'dispatched', 0.03, road, 'dispatcher', 'dispatcher', 'received'), // prettier-ignore
  step(4, 'sign', 'signed', 'dispatched', 'in_progress', 0.08, road, 'unit_receiver', 'water', null, true), // prettier-ignore
  step(5, 'first_contact', 'first_contacted', 'in_progress', 'in_progress', 0.12, road, 'handler', 'water.handler', 'handled', true), // prettier-ignore
  step(6, 'submit_reply', 'replied', 'in_progress', 'pending_audit', 0.75, road, 'unit_leader', 'water.leader', null, true), // prettier-ignore
  step(7, 'audit_pass', 'audit_passed', 'pending_audit', 'pending_callback', 0.8, road, 'auditor', 'auditor', 'judged'), // prettier-ignore
  step(8, 'evaluate', 'evaluated', 'pending_callback', 'pending_close', 0.97, road, 'callback_agent', 'followup', 'judged'), // prettier-ignore
  step(9, 'close', 'closed', 'pending_close', 'closed', 1, road, 'system', '', null),
];
const text = (value: string | null) => (value === null ? 'null' : `'${value}'`);

const acts = () =>
  STEPS.map(
    (s) => `
  insert into act (id, order_id, assignment_id, act, from_state, to_state, order_version, round, party,
    actor_id, person_id, organization_id, hand, at, detail)
  select ${id(0x100 + s.n)}, ${id(1)}, ${s.unit ? id(4) : 'null'}, '${s.act}', ${text(s.from)},
    '${s.to}', ${s.n}, 1, '${s.party}', ${person(s.login)}, ${person(s.login, 'person_id')},
    ${s.unit ? 'l.unit' : CENTER}, ${text(s.hand)}, ${at(s.share)}, '{}'
  from bench_life l where ${s.of} and ${past(s.share)}`,
  );
/** What is told of an order that its lists and its life depend on. */
const events = () =>
  STEPS.filter((s) => ['register', 'dispatch', 'submit_reply', 'close'].includes(s.act)).map(
    (s) => `
  insert into domain_event (id, type, subject_type, subject_id, order_id, version, actor_id, payload, at)
  select ${id(0x200 + s.n)}, 'work_order.${s.event}', 'work_order', ${id(1)}, ${id(1)}, ${s.n},
    ${person(s.login)}, jsonb_build_object('from', ${text(s.from)}::text, 'to', '${s.to}', 'round', 1,
      'organizationIds', '[]'::jsonb), ${at(s.share)}
  from bench_life l where ${s.of} and ${past(s.share)}`,
  );

interface ClockRow {
  n: number;
  clock: string;
  /** Whose: of the order, or of the unit's assignment. */
  unit: boolean;
  of: string;
  from: number;
  to: number;
  allowed: string;
  shown: boolean;
}
const CLOCKS: readonly ClockRow[] = [
  { n: 1, clock: 'citizen', unit: false, of: 'true', from: 0, to: 0.8, allowed: 'null', shown: false }, // prettier-ignore
  { n: 2, clock: 'accept', unit: false, of: `(${road} or l.f < 1) and l.f < 0.03`, from: 0, to: 0.01, allowed: `interval '30 minutes'`, shown: true }, // prettier-ignore
  { n: 3, clock: 'dispatch', unit: false, of: `${road} and l.f < 0.1`, from: 0.01, to: 0.03, allowed: `interval '1 hour'`, shown: true }, // prettier-ignore
  { n: 4, clock: 'sign', unit: true, of: road, from: 0.03, to: 0.08, allowed: `interval '4 hours'`, shown: false }, // prettier-ignore
  { n: 5, clock: 'first_contact', unit: true, of: road, from: 0.03, to: 0.12, allowed: `interval '1 day'`, shown: false }, // prettier-ignore
  { n: 6, clock: 'final', unit: true, of: road, from: 0.03, to: 0.75, allowed: 'l.allowed', shown: true }, // prettier-ignore
  { n: 7, clock: 'audit', unit: false, of: `${road} and l.f < 0.9`, from: 0.75, to: 0.8, allowed: `interval '1 day'`, shown: true }, // prettier-ignore
  { n: 8, clock: 'callback', unit: false, of: road, from: 0.8, to: 0.97, allowed: `interval '2 days'`, shown: true }, // prettier-ignore
];
const subject = (c: ClockRow) => (c.unit ? id(4) : id(1));
const clocks = () =>
  CLOCKS.map(
    (c) => `
  insert into deadline (id, subject_id, clock, order_id, organization_id, urgency, channel, type, shown,
    state, basis, amount, policy_version, calendar_id, calendar_version, started_at, due_at, soon_at,
    today_at, stopped_at, met)
  select ${id(0x300 + c.n)}, ${subject(c)}, '${c.clock}', ${id(1)}, ${c.unit ? 'l.unit' : 'null'},
    l.urgency, l.channel, l.type, ${c.shown}, case when ${past(c.to)} then 'stopped' else 'running' end,
    'nh', ${c.allowed === 'null' ? 'null' : `extract(epoch from ${c.allowed}) / 3600`}, p.version,
    p.calendar_id, p.calendar_version, ${at(c.from)}, ${at(c.from)} + ${c.allowed}::interval,
    ${at(c.from)} + 0.8 * ${c.allowed}::interval, null,
    case when ${past(c.to)} then ${at(c.to)} end,
    case when ${past(c.to)} then ${c.to - c.from} * l.life <= ${c.allowed}::interval end
  from bench_life l, bench_policy p where ${c.of} and ${past(c.from)}`,
  );
/** Orders of which every clock can be explained; of the others only the one they are judged by. */
const EXPLAINED = '(l.f < 1 or l.k % 100 < 2)';
/** Reasons of the ledger, as the acts give them. */
const REASONS: Record<string, readonly [start: string, stop: string]> = {
  citizen: ['register', 'audit_pass'],
  accept: ['register', 'accept'],
  dispatch: ['accept', 'dispatch'],
  sign: ['dispatch', 'sign'],
  first_contact: ['dispatch', 'first_contact'],
  final: ['dispatch', 'submit_reply'],
  audit: ['submit_reply', 'audit_pass'],
  callback: ['audit_pass', 'evaluate'],
};
/** The ledger of the clocks; of the one that an order is judged by also the ladder while it runs. */
const ledger = () => [
  ...CLOCKS.map(
    (c) => `
  insert into clock_entry (id, deadline_id, position, kind, at, reason, detail, party)
  select case when e.n = 1 then ${id(0x400 + c.n)} else ${id(0x480 + c.n)} end, ${id(0x300 + c.n)}, e.n,
    case when e.n = 1 then 'start' else 'stop' end, l.at + e.share * l.life,
    case when e.n = 1 then '${REASONS[c.clock]![0]}' else '${REASONS[c.clock]![1]}' end,
    case when e.n = 1 then jsonb_build_object('facts', jsonb_build_object('redo', false, 'type', l.type,
      'channel', l.channel, 'urgency', l.urgency)) else '{"how": "done"}' end, 'operator'
  from bench_life l, (values (1, ${c.from}), (2, ${c.to})) e (n, share)
  where ${c.of} and ${past(c.from)} and l.f >= e.share
    ${c.clock === 'final' ? '' : `and ${EXPLAINED}`}`,
  ),
  `insert into deadline_step (deadline_id, epoch, step, level, action, fire_at, fired_at)
  select ${id(0x306)}, 1, s.step, s.level, s.action, ${at(0.03)} + s.share * l.allowed,
    case when ${at(0.03)} + s.share * l.allowed < l.now then ${at(0.03)} + s.share * l.allowed end
  from bench_life l, (values ('half', 0, 'remind', 0.5), ('eighty', 0, 'remind', 0.8),
    ('due', 0, 'remind', 1), ('late1', 1, 'urge', 1.2)) s (step, level, action, share)
  where ${road} and ${past(0.03)} and not ${past(0.75)}`,
  `insert into escalation (id, order_id, organization_id, action, level, cause, deadline_id, clock, step, epoch, at)
  select ${id(0x501)}, ${id(1)}, l.unit, 'urge', 1, 'overdue', ${id(0x306)}, 'final', 'late1', 1,
    ${at(0.03)} + 1.2 * l.allowed
  from bench_life l where ${road} and 0.72 * l.life > 1.2 * l.allowed and ${at(0.03)} + 1.2 * l.allowed < l.now`,
  `insert into supervision_order (id, number, order_id, assignment_id, organization_id, level, cause,
    state, issued_at, replied_at, judged_at)
  select ${id(0x502)}, 'B' || lpad(l.k::text, 9, '0'), ${id(1)}, ${id(4)}, l.unit, 2, 'overdue',
    case when ${past(0.75)} then 'accepted' else 'open' end, ${at(0.03)} + 1.3 * l.allowed,
    case when ${past(0.75)} then ${at(0.74)} end, case when ${past(0.75)} then ${at(0.75)} end
  from bench_life l where ${road} and l.luck < 0.3 and 0.72 * l.life > 1.3 * l.allowed
    and ${at(0.03)} + 1.3 * l.allowed < l.now`,
];

/** An order's number: its last digit as the house computes it, every second digit from the right doubled. */
const NUMBER = `(select b.body || ((1000 - (${Array.from({ length: 13 }, (_, i) => {
  const digit = `(b.n / ${10 ** i} % 10)`;
  return i % 2 === 0 ? `${digit} * 2 - case when ${digit} > 4 then 9 else 0 end` : digit;
}).join(' + ')})) % 10)
  from (select body, body::bigint as n from (values (l.day || lpad((l.k % 90000)::text, 5, '0'))) v (body)) b)`;

/** Who calls: some often. */
const CALLER = `coalesce(c.hmac, substr(md5('caller' || floor(300000 * ${u(45)} * ${u(45)})), 1, 30))`;
const WITH_CALLER = `bench_life l left join bench_caller c on l.k >= ${CALLERS.from}
  and l.k < ${CALLERS.from + CALLERS.count * CALLERS.each} and c.n = l.k % ${CALLERS.count}`;

const demand = () => {
  const said = `'我们在' || l.place || '，' || ${pick(list(WHAT), 41, WHAT.length)} || '，' || ${pick(list(HOW), 42, HOW.length)}`;
  const rare = `case when l.k % 499 = 5 then '，附近有${SOME}' when l.k < 10000 and l.k % 1499 = 7 then '，附近有${FEW}' else '' end`;
  return [
    `insert into requester (id, kind, phone_hmac, created_at, settled_at)
    select ${id(2)}, 'natural', ${CALLER}, l.at, l.at from ${WITH_CALLER}`,
    `insert into identity_vault (requester_id, kind, key_id, erased_at)
    select ${id(2)}, 'natural', 'aes-256-gcm/1', l.at from bench_life l`,
    `insert into contact (id, channel, requester_id, operator_id, started_at, ended_at)
    select ${id(3)}, l.channel, ${id(2)}, ${person('operator')}, l.at, l.at + interval '4 minutes'
    from bench_life l`,
    `insert into order_sequence (day, last) select to_date(day, 'YYYYMMDD'), 90000 from
      (select distinct day from bench_life) x on conflict do nothing`,
    `insert into work_order (id, order_no, contact_id, requester_id, state, version, channel, type,
      category_code, urgency, area_code, direct, redo_proposed, closing_type, registered_at, state_since,
      closed_at)
    select ${id(1)}, ${NUMBER}, ${id(3)}, ${id(2)},
      l.state, case when l.direct then case when l.f >= 1 then 3 else 1 end
        else ${STEPS.filter((s) => s.of !== 'l.direct')
          .map((s) => `(${past(s.share)})::int`)
          .join(' + ')} end,
      l.channel, l.type, l.category, l.urgency, l.area, l.direct, l.luck < 0.004 and l.k < 10000,
      case when l.state = 'closed' then case when l.direct then 'answered' when l.luck < 0.8 then 'solved'
        else 'explained' end end, l.at,
      case l.state when 'registered' then l.at when 'pending_dispatch' then ${at(0.01)}
        when 'dispatched' then ${at(0.03)} when 'in_progress' then ${at(0.08)}
        when 'pending_audit' then ${at(0.75)} when 'pending_callback' then ${at(0.8)}
        when 'pending_close' then ${at(0.97)} else ${at(1)} end,
      case when l.state = 'closed' then ${at(1)} end
    from bench_life l`,
    `insert into order_text (order_id, title, content, address)
    select ${id(1)}, l.place || ${pick(list(WHAT), 41, WHAT.length)}, ${said} || ${rare} || '。', l.place
    from bench_life l`,
    `insert into order_access (order_id, code_hash) select ${id(1)}, md5(l.tail) from bench_life l`,
    `insert into classification (order_id, classifier, version, at, type, category_code, urgency,
      area_code, proposal, score, detail)
    select ${id(1)}, 'lexicon', 1, l.at, l.type, l.category, l.urgency, l.area, 'dispatch', 0.5 + l.luck / 2,
      '{"because": {"type": [], "category": [], "urgency": [], "flags": [], "area": [], "proposal": []}, "ground": null, "missing": [], "hints": []}'
    from bench_life l`,
    `insert into routing_wait (order_id, round, reasons, at)
    select ${id(1)}, 1, array['low_score'], l.at from bench_life l
    where l.state in ('registered', 'pending_dispatch')`,
  ];
};

const work = () => [
  `insert into assignment (id, order_id, round, organization_id, kind, state, version, created_at,
    state_since, signed_by, signed_at, first_contact_at, submitted_at)
  select ${id(4)}, ${id(1)}, 1, l.unit, 'lead', case when l.f < 0.08 then 'pending_sign'
    when l.f < 0.75 then 'signed' when l.f < 0.8 then 'submitted' else 'accepted' end, 1, ${at(0.03)},
    ${at(0.08)}, case when ${past(0.08)} then ${person('water')} end,
    case when ${past(0.08)} then ${at(0.08)} end, case when ${past(0.12)} then ${at(0.12)} end,
    case when ${past(0.75)} then ${at(0.75)} end
  from bench_life l where ${road} and ${past(0.03)}`,
  `insert into reply (id, order_id, assignment_id, round, kind, state, truth, solved, contact_made,
    finding, measures, public_version, author_id, writer_person_ids, created_at, submitted_at)
  select ${id(5)}, ${id(1)}, ${id(4)}, 1, 'lead', case when l.f < 0.75 then 'draft' when l.f < 0.8
    then 'submitted' else 'accepted' end, 'true', 'solved', true, '已经查明。', '已经处理。',
    '您好，已经处理。', ${person('water.handler')}, array[${person('water.handler', 'person_id')}],
    ${at(0.6)}, case when ${past(0.75)} then ${at(0.75)} end
  from bench_life l where ${road} and ${past(0.6)}`,
  `insert into routing_decision (id, order_id, round, category_code, area_code, catalogue_id,
    suggested_lead_id, lead_id, steps, decided_by, at)
  select ${id(6)}, ${id(1)}, 1, l.category, l.area, l.catalogue_id, l.unit, l.unit, '[]',
    case when l.luck < 0.4 then null else ${person('dispatcher')} end, ${at(0.03)}
  from bench_life l where ${road} and ${past(0.03)}`,
  `insert into callback_task (id, order_id, round, method, state, opened_at, done_at)
  select ${id(7)}, ${id(1)}, 1, 'call', case when ${past(0.97)} then 'done' else 'open' end, ${at(0.8)},
    case when ${past(0.97)} then ${at(0.97)} end
  from bench_life l where ${road} and ${past(0.8)}`,
  `insert into evaluation (id, order_id, round, party, contacted, solved, satisfaction, at)
  select ${id(8)}, ${id(1)}, 1, 'callback_agent', true, case when l.luck < 0.8 then 'solved'
    else 'partly_solved' end, 2 + floor(4 * l.luck)::int, ${at(0.97)}
  from bench_life l where ${road} and ${past(0.97)}`,
  `insert into notification (id, organization_id, order_id, assignment_id, kind, event_id, at)
  select ${id(9)}, l.unit, ${id(1)}, ${id(4)}, 'assigned', ${id(0x203)}, ${at(0.03)}
  from bench_life l where ${road} and ${past(0.03)}`,
  `insert into delivery (id, event_id, kind, order_id, requester_id, state, attempts, next_attempt_at,
    created_at, sent_at)
  select ${id(10)}, ${id(0x201)}, 'receipt', ${id(1)}, ${id(2)}, 'sent', 1, l.at, l.at, l.at
  from bench_life l where l.luck < 0.5`,
];

/** Of a hundred calls nobody answered three; those of the newest five thousand are to be returned. */
const LOST = 'l.luck < 0.03';
const RETURNED = 'l.k >= 5000';
const SOURCE = `(select id from door_source where name = 'bench')`;
/** How the demands came: calls, chats, messages of other systems; and calls that nobody answered. */
const lines = () => [
  `insert into door_source (id, name, door, secret_ct, per_minute, created_at)
  values ('00000000-0000-7000-8000-000000000001', 'bench', 'sms', '\\x00', 1000, app_now())
  on conflict do nothing`,
  `insert into call (id, source, external_id, phone_hmac, called, skill, state, outcome, entered_at,
    queued_at, asked_at, offered_at, answered_at, ended_at, ended_by, operator_id, contact_id, created_at,
    erased_at)
  select ${id(11)}, 'bench', l.tail || l.k, ${CALLER}, '12345', 'general', 'ended', 'answered', l.at, l.at,
    l.at, l.at + interval '3 seconds', l.at + interval '9 seconds', l.at + interval '4 minutes', 'caller',
    ${person('operator')}, ${id(3)}, l.at, l.now
  from ${WITH_CALLER} where l.channel = 'phone'`,
  `insert into call (id, source, external_id, phone_hmac, called, skill, state, outcome, entered_at,
    queued_at, asked_at, ended_at, ended_by, created_at, erased_at)
  select ${id(12)}, 'bench', 'lost' || l.k, md5('lost' || l.k), '12345', 'general', 'ended', 'abandoned', l.at,
    l.at, l.at, l.at + interval '40 seconds', 'caller', l.at, l.now
  from bench_life l where ${LOST}`,
  `insert into return_call (id, sealed_for, phone_hmac, cause, skill, state, due_at, made_at, ended_at, reason,
    told_at)
  select ${id(13)}, ${id(12)}, md5('lost' || l.k), 'abandoned', 'general',
    case when ${RETURNED} then 'done' else 'open' end, l.at + interval '2 hours', l.at,
    case when ${RETURNED} then l.at + interval '1 hour' end, case when ${RETURNED} then 'reached' end,
    l.at + interval '2 hours'
  from bench_life l where ${LOST}`,
  `insert into return_call_of (call_id, return_call_id) select ${id(12)}, ${id(13)}
  from bench_life l where ${LOST}`,
  `insert into handover (id, contact_id, order_id, target, operator_id, started_at)
  select ${id(14)}, ${id(3)}, case when l.k >= 1000 then ${id(1)} end, '120', ${person('operator')}, l.at
  from bench_life l where l.luck > 0.99`,
  `insert into door_message (id, source_id, door, external_id, kind, body_hash, body_ct, state, received_at,
    done_at)
  select ${id(15)}, ${SOURCE}, 'sms', l.tail || l.k, 'text', l.tail,
    case when l.k < 10000 and l.luck < 0.1 then '\\x00'::bytea end,
    case when l.k < 10000 and l.luck < 0.1 then 'dead' else 'done' end, l.at,
    case when l.k < 10000 and l.luck < 0.1 then null else l.at end
  from bench_life l where l.channel = 'sms'`,
  `insert into chat_session (id, client_hash, token_hash, contact_id, language, state, operator_id, opened_at,
    queued_at, assigned_at, first_due_at, first_answered_at, clock, last_citizen_at, last_operator_at,
    ended_at, ended_by, last_seq, minute_at, visitor_seen_at)
  select ${id(16)}, 'client' || l.tail || l.k, 'token' || l.tail || l.k, ${id(3)}, 'zh-CN', 'ended',
    ${person('operator')}, l.at, l.at, l.at, l.at + interval '1 minute', l.at + interval '20 seconds', 'met',
    l.at + interval '5 minutes', l.at + interval '5 minutes', l.at + interval '6 minutes', 'citizen', 9, l.at,
    l.at + interval '6 minutes'
  from bench_life l where l.channel = 'web'`,
];

const TABLES = ['requester', 'identity_vault', 'contact', 'work_order', 'order_text', 'order_access', 'classification', 'routing_wait', 'assignment', 'reply', 'routing_decision', 'callback_task', 'evaluation', 'notification', 'delivery', 'act', 'domain_event', 'deadline', 'clock_entry', 'deadline_step', 'escalation', 'supervision_order', 'call', 'return_call', 'return_call_of', 'handover', 'door_message', 'chat_session']; // prettier-ignore
const NAMES = TABLES.map((t) => `'${t}'::regclass`).join(',');

/** One statement after the other on a connection of its own, which waits for no disk. */
async function inTurn(owner: pg.Pool, statements: Iterable<string>): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query(`set synchronous_commit = off; set maintenance_work_mem = '1GB'; set work_mem = '256MB';
      set temp_buffers = '256MB'; set jit = off`); // prettier-ignore
    for (const s of statements) await client.query(s);
  } finally {
    client.release(true);
  }
}

/** Whoever asks takes what is next of all that is left. */
function* taking<T>(...lists: T[][]): Generator<T> {
  for (const left of lists) for (let s = left.shift(); s !== undefined; s = left.shift()) yield s;
}

interface Key {
  t: string;
  c: string;
  def: string;
  foreign: boolean;
}
const KEYS = `select conrelid::regclass::text as t, conname as c, pg_get_constraintdef(oid) as def,
    contype = 'f' as foreign
  from pg_constraint where contype in ('f', 'p', 'u') and conrelid = any (array[${NAMES}])
    or contype = 'f' and confrelid = any (array[${NAMES}]) order by contype <> 'f'`;
const INDEXES = `select i.indexrelid::regclass::text as i, i.indrelid::regclass::text as t,
    pg_get_indexdef(i.indexrelid) as def
  from pg_index i where i.indrelid = any (array[${NAMES}])
    and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`;

/** Its one index of words takes as long as all the others. */
const TEXT = 'order_text';

/**
 * Triggers, keys and indexes away and back: rows are made faster without. Keys are made anew, over what
 * is there; foreign ones are looked at again where that takes seconds.
 */
async function bare(owner: pg.Pool, few: boolean, run: () => Promise<void>): Promise<void> {
  const keys: Key[] = (await owner.query(KEYS)).rows;
  const indexes: { i: string; t: string; def: string }[] = (await owner.query(INDEXES)).rows;
  for (const k of keys) await owner.query(`alter table ${k.t} drop constraint ${k.c}`);
  for (const x of indexes) await owner.query(`drop index ${x.i}`);
  // What the server does by itself meanwhile it would do again at the end.
  for (const t of TABLES)
    await owner.query(`alter table ${t} disable trigger user, set (autovacuum_enabled = false)`);
  await run();
  const back = (k: Key) => `alter table ${k.t} add constraint ${k.c} ${k.def}${k.foreign && !few ? ' not valid' : ''}`; // prettier-ignore
  const made = (is: (t: string) => boolean) => [
    ...keys.filter((k) => !k.foreign && is(k.t)).map(back),
    ...indexes.filter((x) => is(x.t)).map((x) => x.def),
  ];
  // As the server would soon do by itself, while the city is measured.
  const looked = [...TABLES, 'rate_fact', 'rate_count', 'rate_change'].map((t) => `vacuum (analyze) ${t}`); // prettier-ignore
  await Promise.all([
    inTurn(
      owner,
      taking(
        made((t) => t === TEXT),
        looked,
      ),
    ),
    // The kept facts as the triggers would have made them, had they been there.
    inTurn(owner, taking([...made((t) => t !== TEXT), 'select rebuild_rates()'], looked)),
  ]);
  await inTurn(owner, [
    ...keys.filter((k) => k.foreign).map(back),
    ...TABLES.map((t) => `alter table ${t} enable trigger user, reset (autovacuum_enabled)`),
  ]);
}

/** Orders of this many rows are made at once; foreign keys of so many are looked at again. */
const CHUNK = 50_000;
const CHECKED = 100_000;

/**
 * Plants the orders `from` ≤ k < `to`; those before `from` must be there.
 * @param hmac of the callers of `CALLERS`, by number.
 */
export async function plantPast(
  owner: pg.Pool,
  { from, to, hmacs }: { from: number; to: number; hmacs: readonly string[] },
): Promise<void> {
  await owner.query(SLOTS);
  await owner.query(`create table if not exists bench_policy as select
    (select max(version) from deadline_policy) as version,
    (select id from calendar where organization_id is null) as calendar_id,
    (select max(version) from calendar_version) as calendar_version`);
  await owner.query('create table if not exists bench_caller (n int primary key, hmac text)');
  await owner.query(
    `insert into bench_caller select n - 1, h from unnest($1::text[]) with ordinality x (h, n)
      on conflict do nothing`,
    [hmacs],
  );
  const rows = [
    ...demand(),
    ...lines(),
    ...work(),
    ...acts(),
    ...events(),
    ...clocks(),
    ...ledger(),
  ];
  // The oldest first, as they came.
  const chunks: string[][] = [];
  for (let k = to; k > from; k -= CHUNK)
    chunks.push([lives(Math.max(from, k - CHUNK), k), ...rows, 'drop table bench_life']); // prettier-ignore
  const some = async () => {
    for (const chunk of taking(chunks)) await inTurn(owner, chunk);
  };
  await bare(owner, to <= CHECKED, async () => void (await Promise.all([some(), some()])));
}
