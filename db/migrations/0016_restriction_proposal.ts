/** Who asked for a restriction, why, and who decided; kept for its days. Imports nothing of src. */
export const name = '0016_restriction_proposal';

export const sql = /* sql */ `
create table restriction_proposal (
  id uuid primary key,
  -- The call in which it was asked for.
  call_id uuid not null references call (id),
  -- Sealed; erased after its days, with what was answered. The keyed hash stays.
  phone_ct bytea,
  phone_hmac text not null,
  reason_ct bytea,
  warnings integer not null,
  proposed_by uuid not null references app_user (id),
  proposed_at timestamptz not null,
  decided_by uuid references app_user (id),
  decided_at timestamptz,
  -- Decided: restricted, or declined with a reason.
  restricted_id uuid references restricted_caller (id),
  decline_ct bytea,
  check ((decided_at is null) = (decided_by is null)),
  check (decided_at is not null or (restricted_id is null and decline_ct is null)),
  check (decided_at is null or restricted_id is not null or decline_ct is not null or phone_ct is null),
  check (restricted_id is null or decline_ct is null),
  check ((phone_ct is null) = (reason_ct is null)),
  -- Who asks for it does not decide it.
  check (decided_by <> proposed_by)
);
create unique index restriction_proposal_open on restriction_proposal (phone_hmac) where decided_at is null;
create index restriction_proposal_at on restriction_proposal (proposed_at desc, id desc);
create index restriction_proposal_restricted on restriction_proposal (restricted_id) where restricted_id is not null;
create index restriction_proposal_phone on restriction_proposal (phone_hmac, proposed_at);
create index restriction_proposal_kept on restriction_proposal (coalesce(decided_at, proposed_at))
  where phone_ct is not null or decline_ct is not null;

-- A restriction is remembered longer than whose number it was, and than why.
alter table restricted_caller alter column phone_ct drop not null;
alter table restricted_caller alter column reason_ct drop not null;
create index restricted_caller_phone on restricted_caller (phone_hmac, set_at);
create index restricted_caller_kept on restricted_caller (coalesce(lifted_at, until)) where phone_ct is not null;

-- Whom an operator warned lately.
create index call_warning_user on call_warning (user_id, at);
`;
