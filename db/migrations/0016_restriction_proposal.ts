/** Who asked for a restriction, why, and who decided. Imports nothing of src. */
export const name = '0016_restriction_proposal';

export const sql = /* sql */ `
create table restriction_proposal (
  id uuid primary key,
  -- The call in which it was asked for.
  call_id uuid not null references call (id),
  phone_ct bytea not null,
  phone_hmac text not null,
  reason_ct bytea not null,
  warnings integer not null,
  proposed_by uuid not null references app_user (id),
  proposed_at timestamptz not null,
  decided_by uuid references app_user (id),
  decided_at timestamptz,
  -- Decided: restricted, or declined with a reason.
  restricted_id uuid references restricted_caller (id),
  decline_ct bytea,
  check ((decided_at is null) = (decided_by is null)),
  check ((decided_at is not null) = ((restricted_id is not null) <> (decline_ct is not null))),
  check (restricted_id is null or decline_ct is null),
  -- Who asks for it does not decide it.
  check (decided_by <> proposed_by)
);
create unique index restriction_proposal_open on restriction_proposal (phone_hmac) where decided_at is null;
create index restriction_proposal_at on restriction_proposal (proposed_at desc, id desc);
create index restriction_proposal_restricted on restriction_proposal (restricted_id) where restricted_id is not null;
`;
