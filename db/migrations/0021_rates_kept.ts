/** The three rates are kept, not counted: facts of each order, and their numbers by month. Imports nothing of src. */
export const name = '0021_rates_kept';

/** Indexes on tables that are large by now: built without keeping anybody from writing. */
export const concurrently = ['reply_failed', 'escalation_unit_newest'];

export const sql = /* sql */ `
-- The month of the city that an instant lies in.
create function city_month(at timestamptz) returns date language sql immutable parallel safe as
  $$ select date_trunc('month', at at time zone 'UTC' + interval '8 hours')::date $$;

-- What each fact says: met, partly, missed, or a dash and why it is left out. Before "ripe_at" it counts for
-- nothing: nobody called yet, but the limit runs until then. No row where there is nothing to say.
-- What no unit led stands under the centre: where another organization becomes it, call rebuild_rates().
create view rate_verdict as
  select 'response' as rate, f.fact_id, f.order_id, f.organization_id, f.at,
    case when f.code = 'late' then greatest(f.at, f.due_at + interval '1 microsecond') else f.at end as ripe_at,
    case when f.code = 'late' then 'missed' else f.code end as code,
    null::text as value, false as strict, false as policy_only
  from (select r.fact_id, r.order_id, r.organization_id, date_trunc('milliseconds', r.at) as at, r.due_at, case
      when r.assignment_state in ('returned', 'cancelled') or r.closing_type in ('withdrawn', 'rejected',
        'transferred', 'merged', 'no_substance', 'insufficient') then '-gone'
      when r.type = 'praise' then '-praise'
      when r.anonymous then '-anonymous'
      when not r.has_number then '-no_number'
      when not r.clocked then null
      when r.said_contacted = false then 'missed'
      when r.met then 'met'
      when r.met = false or r.assignment_state in ('submitted', 'accepted') then 'missed'
      when r.due_at is not null then 'late'
    end as code from response_fact r) f
  where f.code is not null and f.organization_id is not null and f.at is not null
  union all
  select v.rate, f.fact_id, f.order_id, f.organization_id, f.at, f.at, v.code, v.value, v.strict, v.policy_only
  from (select c.fact_id, c.order_id, c.organization_id, date_trunc('milliseconds', c.at) as at, c.type,
      c.closing_type, c.solved, c.satisfaction, c.reasons, case
        when c.answered then '-no_opinion'
        when coalesce(c.given_up, 'link_expired') = 'link_expired' then '-unreachable'
        when c.given_up = 'declined' then '-declined'
        else '-exempt' end as silence
    from callback_fact c) f
  cross join lateral (values
    ('solved', case
        when f.type in ('consultation', 'suggestion', 'praise') then '-' || f.type
        when f.closing_type = 'unreasonable' then '-unreasonable'
        when f.solved is null then f.silence
        when f.solved = 'solved' then 'met'
        when f.solved = 'partly_solved' then 'partly'
        else 'missed' end,
      f.solved, false, false),
    ('satisfaction', case
        when f.closing_type = 'unreasonable' then '-unreasonable'
        when f.satisfaction is null then f.silence
        when f.satisfaction >= 3 then 'met'
        else 'missed' end,
      f.satisfaction::text, coalesce(f.satisfaction >= 4, false),
      coalesce(f.satisfaction < 3 and f.reasons = array['policy'], false))
  ) v (rate, code, value, strict, policy_only)
  where f.organization_id is not null and f.at is not null;

-- As the view said when something of the order was last written.
create table rate_fact (
  order_id uuid not null,
  rate text not null check (rate in ('response', 'solved', 'satisfaction')),
  fact_id uuid not null,
  organization_id uuid not null,
  at timestamptz not null,
  ripe_at timestamptz not null,
  code text not null,
  value text,
  strict boolean not null,
  policy_only boolean not null,
  primary key (order_id, rate, fact_id)
);
create index rate_fact_newest on rate_fact (rate, at desc, fact_id desc);
create index rate_fact_unit_newest on rate_fact (organization_id, rate, at desc, fact_id desc);

-- What came to the numbers and went since these were last added up; nobody waits for anybody here.
-- Named is the fact that did not count yet when it came: if it goes before it does, its row goes, too.
create table rate_change (
  id bigint generated always as identity primary key,
  month date not null,
  rate text not null,
  organization_id uuid not null,
  code text not null,
  ripe_at timestamptz not null,
  n integer not null,
  strict integer not null,
  policy_only integer not null,
  order_id uuid,
  fact_id uuid
);
create index rate_change_ripe on rate_change (ripe_at);
create index rate_change_order on rate_change (order_id) where order_id is not null;
create table rate_count (
  month date not null,
  rate text not null,
  organization_id uuid not null,
  code text not null,
  n bigint not null,
  strict bigint not null,
  policy_only bigint not null,
  primary key (month, rate, organization_id, code)
);

-- Adds up what is ripe. Whoever comes while another does it leaves it to them.
create function add_up_rates() returns void language plpgsql security definer set search_path from current as $$
begin
  if not pg_try_advisory_xact_lock(1234500021) then return; end if;
  -- What somebody else holds waits until the next time: they may wait for what is held here.
  with ripe as (delete from rate_change where id = any (array(
    select id from rate_change where ripe_at <= app_now() for update skip locked)) returning *)
  insert into rate_count as c (month, rate, organization_id, code, n, strict, policy_only)
    select month, rate, organization_id, code, sum(n), sum(strict), sum(policy_only) from ripe group by 1, 2, 3, 4
    on conflict (month, rate, organization_id, code) do update set n = c.n + excluded.n,
      strict = c.strict + excluded.strict, policy_only = c.policy_only + excluded.policy_only;
end $$;

-- Looks at an order's facts again and tells the numbers what became of them.
create function keep_rates(of_order uuid) returns void language plpgsql security definer
  set search_path from current as $$
declare
  many boolean;
begin
  -- Two that end at once would each miss what the other wrote. A key for each order: whoever acts on many has
  -- locked them before, in the order of their ids, so nobody holds one key and waits for another's. Keys that
  -- orders share would make such circles.
  perform pg_advisory_xact_lock(hashtextextended(of_order::text, 1234521));
  with held as materialized (select * from rate_fact where order_id = of_order),
  said as materialized (select * from rate_verdict where order_id = of_order),
  off as materialized (select h.* from held h left join said s using (rate, fact_id)
    where (s.organization_id, s.at, s.ripe_at, s.code, s.value, s.strict, s.policy_only)
      is distinct from (h.organization_id, h.at, h.ripe_at, h.code, h.value, h.strict, h.policy_only)),
  new as materialized (select s.* from said s left join held h using (rate, fact_id)
    where (s.organization_id, s.at, s.ripe_at, s.code, s.value, s.strict, s.policy_only)
      is distinct from (h.organization_id, h.at, h.ripe_at, h.code, h.value, h.strict, h.policy_only)),
  removed as (delete from rate_fact f using off where f.order_id = of_order and f.rate = off.rate
    and f.fact_id = off.fact_id and not exists (select 1 from said s where s.rate = f.rate and s.fact_id = f.fact_id)),
  put as (insert into rate_fact (order_id, rate, fact_id, organization_id, at, ripe_at, code, value, strict,
      policy_only)
    select order_id, rate, fact_id, organization_id, at, ripe_at, code, value, strict, policy_only from new
    on conflict (order_id, rate, fact_id) do update set organization_id = excluded.organization_id,
      at = excluded.at, ripe_at = excluded.ripe_at, code = excluded.code, value = excluded.value,
      strict = excluded.strict, policy_only = excluded.policy_only),
  unsaid as (delete from rate_change c using off where c.order_id = of_order and c.rate = off.rate
    and c.fact_id = off.fact_id and c.ripe_at = off.ripe_at and off.ripe_at > app_now()
    returning c.rate, c.fact_id),
  told as (insert into rate_change (month, rate, organization_id, code, ripe_at, n, strict, policy_only, order_id,
      fact_id)
    select city_month(at), rate, organization_id, code, ripe_at, -1, -strict::int, -policy_only::int,
      null::uuid, null::uuid
    from off where not exists (select 1 from unsaid u where u.rate = off.rate and u.fact_id = off.fact_id)
    union all
    select city_month(at), rate, organization_id, code, ripe_at, 1, strict::int, policy_only::int,
      case when ripe_at > app_now() then order_id end, case when ripe_at > app_now() then fact_id end from new
    returning id)
  select bool_or(id % 256 = 0) into many from told;
  if many then perform add_up_rates(); end if;
end $$;

-- When a transaction ends, once for each order in a row: the same order's facts are all written by then.
create function keep_rates_once(of_order uuid) returns void language plpgsql as $$
begin
  if current_setting('hotline.rates_kept', true) is distinct from of_order::text then
    perform keep_rates(of_order), set_config('hotline.rates_kept', of_order::text, true);
  end if;
end $$;
create function keep_rates_of_row() returns trigger language plpgsql as
  $$ begin perform keep_rates_once(new.order_id); return null; end $$;
create function keep_rates_of_order() returns trigger language plpgsql as
  $$ begin perform keep_rates_once(new.id); return null; end $$;
create function keep_rates_of_requester() returns trigger language plpgsql as $$
declare
  theirs uuid;
begin
  for theirs in select id from work_order where requester_id = new.id order by id loop
    perform keep_rates(theirs);
  end loop;
  return null;
end $$;

create constraint trigger assignment_rates_made after insert on assignment
  deferrable initially deferred for each row when (new.kind = 'lead') execute function keep_rates_of_row();
create constraint trigger assignment_rates after update of state, submitted_at, organization_id, kind, round
  on assignment deferrable initially deferred for each row
  when ((new.kind = 'lead' or old.kind = 'lead')
    and (old.submitted_at is distinct from new.submitted_at or old.organization_id <> new.organization_id
      or old.kind <> new.kind or old.round <> new.round
      or (old.state in ('returned', 'cancelled')) <> (new.state in ('returned', 'cancelled'))
      or (old.state in ('submitted', 'accepted')) <> (new.state in ('submitted', 'accepted'))))
  execute function keep_rates_of_row();
create constraint trigger deadline_rates_made after insert on deadline
  deferrable initially deferred for each row when (new.clock = 'first_contact')
  execute function keep_rates_of_row();
create constraint trigger deadline_rates after update of due_at, met, stopped_at on deadline
  deferrable initially deferred for each row
  when (new.clock = 'first_contact' and (old.due_at, old.met, old.stopped_at)
    is distinct from (new.due_at, new.met, new.stopped_at))
  execute function keep_rates_of_row();
-- Of types and of ways to close only those that the verdicts name: most acts have nothing to tell.
create function rated_apart(type text, closing_type text) returns text language sql immutable parallel safe as $$
  select concat_ws(' ', case when type in ('consultation', 'suggestion', 'praise') then type end,
    case when closing_type in ('unreasonable', 'withdrawn', 'rejected', 'transferred', 'merged', 'no_substance',
      'insufficient') then closing_type end) $$;
create constraint trigger work_order_rates after update of type, anonymous, closing_type, requester_id on work_order
  deferrable initially deferred for each row
  when (old.anonymous <> new.anonymous or old.requester_id is distinct from new.requester_id
    or rated_apart(old.type, old.closing_type) <> rated_apart(new.type, new.closing_type))
  execute function keep_rates_of_order();
create constraint trigger evaluation_rates after insert or update on evaluation
  deferrable initially deferred for each row execute function keep_rates_of_row();
create constraint trigger callback_task_rates_made after insert on callback_task
  deferrable initially deferred for each row when (new.state <> 'open') execute function keep_rates_of_row();
create constraint trigger callback_task_rates after update of state, done_at on callback_task
  deferrable initially deferred for each row
  when ((old.state, old.done_at) is distinct from (new.state, new.done_at))
  execute function keep_rates_of_row();
create constraint trigger act_rates after insert on act
  deferrable initially deferred for each row when (new.act = 'give_up_callback')
  execute function keep_rates_of_row();
create constraint trigger requester_rates after update of phone_hmac on requester
  deferrable initially deferred for each row
  when ((old.phone_hmac is null) <> (new.phone_hmac is null)) execute function keep_rates_of_requester();

-- Everything anew: for what stood here before, and after a change of what counts or of which organization is
-- the centre. Say it with the api and the workers stopped: who writes, or reads a figure, waits until it is over.
create function rebuild_rates() returns void language plpgsql set search_path from current as $$
begin
  -- First who adds up, then in the order in which others read (count, change) and write (fact, change).
  perform pg_advisory_xact_lock(1234500021);
  lock table rate_count, rate_fact, rate_change in access exclusive mode;
  truncate rate_fact, rate_change, rate_count;
  insert into rate_fact (order_id, rate, fact_id, organization_id, at, ripe_at, code, value, strict, policy_only)
    select order_id, rate, fact_id, organization_id, at, ripe_at, code, value, strict, policy_only from rate_verdict;
  insert into rate_count (month, rate, organization_id, code, n, strict, policy_only)
    select city_month(at), rate, organization_id, code, count(*), count(*) filter (where strict),
      count(*) filter (where policy_only)
    from rate_fact where ripe_at <= app_now() group by 1, 2, 3, 4
    -- A month beside the other, as they will come.
    order by 1, 2, 3, 4;
  insert into rate_change (month, rate, organization_id, code, ripe_at, n, strict, policy_only, order_id, fact_id)
    select city_month(at), rate, organization_id, code, ripe_at, 1, strict::int, policy_only::int, order_id, fact_id
    from rate_fact where ripe_at > app_now();
end $$;
select rebuild_rates();

-- A search takes a few milliseconds; starting workers for it takes longer than all of it.
alter function words_query(text, text[]) parallel unsafe;

-- workorder: whether an assignment's reply failed the audit was looked for among all replies there ever were.
create index reply_failed on reply (assignment_id) where state = 'failed';

-- supervision: a unit's steps of the ladder in the order in which they are listed.
drop index escalation_unit;
create index escalation_unit_newest on escalation
  (organization_id, (date_trunc('milliseconds', at at time zone 'UTC')) desc, id desc);

-- Found by their instants until now; the kept facts have their own.
drop view response_instant;
drop view callback_instant;
drop index deadline_first_contact_stopped;
drop index deadline_first_contact_due;
drop index assignment_lead_created;
drop index assignment_lead_submitted;
drop index callback_task_done;
drop index evaluation_at;
`;
