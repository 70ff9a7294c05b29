/** What the three rates are computed from. Imports nothing of src. */
export const name = '0005_rates';

export const sql = /* sql */ `
-- First contact with the citizen, one row per lead assignment; clocked = one had to be made.
create view response_fact as
  select a.id as fact_id, a.order_id, a.round, a.organization_id, d.due_at, d.met,
    coalesce(case when d.met is not null then d.stopped_at end, least(d.due_at, a.submitted_at),
      a.created_at) as at, d.id is not null as clocked,
    a.state as assignment_state, o.type, o.anonymous, o.closing_type,
    r.phone_hmac is not null as has_number, e.contacted as said_contacted
  from assignment a
  left join lateral (select * from deadline n where n.subject_id = a.id and n.clock = 'first_contact'
    order by n.cycle desc limit 1) d on true
  join work_order o on o.id = a.order_id
  left join requester r on r.id = o.requester_id
  left join evaluation e on e.order_id = a.order_id and e.round = a.round
  where a.kind = 'lead';

-- Asked at the end, one row per round: what the citizen said, or why nothing was said.
create view callback_fact as
  select t.id as fact_id, t.order_id, t.round,
    coalesce(lead.organization_id, center.id) as organization_id,
    coalesce(e.at, t.done_at) as at, o.type, o.closing_type,
    e.id is not null as answered, e.solved, e.satisfaction, e.reasons,
    (select g.detail ->> 'reason' from act g where g.order_id = t.order_id and g.round = t.round
      and g.act = 'give_up_callback' order by g.at desc limit 1) as given_up
  from callback_task t
  join work_order o on o.id = t.order_id
  left join evaluation e on e.order_id = t.order_id and e.round = t.round
  left join lateral (select a.organization_id from assignment a where a.order_id = t.order_id
    and a.round = t.round and a.kind = 'lead' and a.state not in ('returned', 'cancelled')
    order by a.created_at desc limit 1) lead on true
  left join lateral (select id from organization where kind = 'center' order by code limit 1) center on true
  where t.state in ('done', 'given_up');

-- Each instant that can be a fact's "at": a month is found by them without reading all the others.
create view response_instant as
  select subject_id as fact_id, stopped_at as at from deadline where clock = 'first_contact'
  union all select subject_id, due_at from deadline where clock = 'first_contact'
  union all select id, submitted_at from assignment where kind = 'lead'
  union all select id, created_at from assignment where kind = 'lead';

create view callback_instant as
  select id as fact_id, done_at as at from callback_task where state in ('done', 'given_up')
  union all select t.id, e.at from evaluation e
    cross join lateral (select c.id from callback_task c where c.order_id = e.order_id
      and c.round = e.round and c.state in ('done', 'given_up') offset 0) t;

create index deadline_first_contact_stopped on deadline (stopped_at, subject_id)
  where clock = 'first_contact';
create index deadline_first_contact_due on deadline (due_at, subject_id)
  where clock = 'first_contact';
create index assignment_lead_created on assignment (created_at, id) where kind = 'lead';
create index assignment_lead_submitted on assignment (submitted_at, id) where kind = 'lead';
create index callback_task_done on callback_task (done_at) where state in ('done', 'given_up');
create index evaluation_at on evaluation (at);
`;
