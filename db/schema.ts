/**
 * Every table as Kysely sees it; `test/stores/schema.test.ts` compares it with the migrated database.
 * Instants are `Date`, calendar days `yyyy-mm-dd` text, uuid and bigint text.
 */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Json = JSONColumnType<Record<string, unknown>>;

export interface DeploymentTable {
  only_row: Generated<boolean>;
  kind: string;
  created_at: Generated<Date>;
}

export interface AppClockTable {
  only_row: Generated<boolean>;
  offset_ms: Generated<string>;
}

export interface DomainEventTable {
  id: string;
  type: string;
  subject_type: string;
  subject_id: string;
  order_id: string | null;
  version: number | null;
  actor_id: string | null;
  payload: Json;
  at: Date;
}

export interface OutboxTable {
  id: string;
  event_id: string;
  consumer: string;
  created_at: Generated<Date>;
  queued_at: Date | null;
  failures: Generated<number>;
  last_error: string | null;
}

export interface AuditLogTable {
  id: string;
  at: Date;
  actor_id: string | null;
  acting_role: string | null;
  organization_id: string | null;
  action: string;
  subject_type: string;
  subject_id: string | null;
  detail: Json;
  trace_id: string | null;
}

export interface IdempotencyKeyTable {
  scope: string;
  key: string;
  request_hash: string;
  response: Json;
  created_at: Generated<Date>;
}

export interface ThrottleTable {
  bucket: string;
  window_start: Date;
  hits: number;
}

export interface OrganizationTable {
  id: string;
  code: string;
  name: string;
  name_en: Generated<string>;
  kind: string;
  parent_id: string | null;
  line_parent_id: string | null;
  duty_phone: string | null;
  active: Generated<boolean>;
}

export interface AppUserTable {
  id: string;
  person_id: string;
  login: string;
  display_name: string;
  password_hash: string | null;
  active: Generated<boolean>;
  created_at: Generated<Date>;
}

export interface RoleGrantTable {
  id: string;
  user_id: string;
  organization_id: string;
  role: string;
  valid_from: Generated<Date>;
  valid_to: Generated<Date>;
}

export interface SessionTable {
  token_hash: string;
  id: string;
  user_id: string;
  created_at: Date;
  seen_at: Date;
  expires_at: Date;
}

export interface ActivationTable {
  token_hash: string;
  user_id: string;
  expires_at: Date;
  used_at: Date | null;
}

export interface CategoryTable {
  code: string;
  parent_code: string | null;
  name: string;
  name_en: Generated<string>;
  keywords: Generated<string[]>;
}

export interface AreaTable {
  code: string;
  parent_code: string | null;
  name: string;
  organization_id: string;
}

export interface DispatchCatalogueTable {
  id: string;
  category_code: string;
  area_code: string | null;
  subject_kind: string | null;
  lead_code: string;
  co_codes: Generated<string[]>;
  basis: Generated<string>;
  valid_from: string;
  valid_to: Generated<string>;
}

export interface RequesterTable {
  id: string;
  kind: string;
  phone_hmac: string | null;
  created_at: Date;
}

export interface ContactTable {
  id: string;
  channel: string;
  requester_id: string | null;
  operator_id: string | null;
  started_at: Date;
  ended_at: Date | null;
  outcome: string | null;
  outcome_order_id: string | null;
}

export interface HandoverTable {
  id: string;
  contact_id: string;
  order_id: string | null;
  target: string;
  operator_id: string;
  call_leg: Generated<string>;
  started_at: Date;
}

export interface PlaceTable {
  name: string;
  area_code: string;
  kind: string;
}

export interface LexiconTable {
  version: number;
  document: Json;
  created_at: Date;
  created_by: string | null;
}

export interface ClassificationTable {
  order_id: string;
  classifier: string;
  version: number;
  at: Date;
  type: string | null;
  category_code: string | null;
  urgency: string | null;
  area_code: string | null;
  subject_kind: string | null;
  flags: Generated<string[]>;
  proposal: string;
  score: number;
  detail: Json;
}

export interface CorrectionTable {
  id: string;
  order_id: string;
  field: string;
  suggested: string | null;
  chosen: string | null;
  user_id: string | null;
  at: Date;
}

export interface RoutingWaitTable {
  order_id: string;
  round: number;
  reasons: string[];
  suggested_lead_id: string | null;
  score: number | null;
  at: Date;
}

export interface OrderSequenceTable {
  day: string;
  last: number;
}

export interface WorkOrderTable {
  id: string;
  order_no: string;
  contact_id: string;
  requester_id: string | null;
  state: string;
  version: Generated<number>;
  round: Generated<number>;
  channel: string;
  type: string | null;
  category_code: string | null;
  urgency: string | null;
  area_code: string | null;
  subject_kind: string | null;
  confidential: Generated<boolean>;
  anonymous: Generated<boolean>;
  wish_callback: Generated<boolean>;
  wish_public: Generated<boolean>;
  no_return: Generated<boolean>;
  direct: Generated<boolean>;
  urges: Generated<number>;
  redo_proposed: Generated<boolean>;
  closing_type: string | null;
  registered_at: Date;
  state_since: Date;
  closed_at: Date | null;
  flags: Generated<string[]>;
  emergency: string | null;
  supplement_from: string | null;
  split_from: string | null;
  transfer_target: string | null;
}

export interface IdentityVaultTable {
  requester_id: string;
  kind: string;
  key_id: string;
  name_ct: Buffer | null;
  phone_ct: Buffer | null;
}

export interface IdentityReadingTable {
  id: string;
  order_id: string;
  user_id: string;
  reason: string;
  at: Date;
}

export interface OrderTextTable {
  order_id: string;
  title: Generated<string>;
  content: string;
  address: Generated<string>;
  occurred: Generated<string>;
  subject_name: Generated<string>;
}

export interface AssignmentTable {
  id: string;
  order_id: string;
  round: number;
  parent_id: string | null;
  organization_id: string;
  kind: string;
  state: string;
  version: Generated<number>;
  created_at: Date;
  state_since: Date;
  signed_by: string | null;
  signed_at: Date | null;
  first_contact_at: Date | null;
  submitted_at: Date | null;
  waived: Generated<boolean>;
}

export interface ActTable {
  id: string;
  order_id: string;
  assignment_id: string | null;
  act: string;
  from_state: string | null;
  to_state: string;
  order_version: number;
  round: number;
  party: string;
  actor_id: string | null;
  person_id: string | null;
  organization_id: string | null;
  hand: string | null;
  at: Date;
  detail: Json;
}

export interface ActTextTable {
  id: string;
  order_id: string;
  act_id: string;
  kind: string;
  visibility: string;
  organization_id: string | null;
  body: string;
}

export interface ReplyTable {
  id: string;
  order_id: string;
  assignment_id: string | null;
  round: number;
  kind: string;
  state: string;
  version: Generated<number>;
  truth: string | null;
  solved: string | null;
  contact_made: boolean | null;
  finding: Generated<string>;
  measures: Generated<string>;
  basis: Generated<string>;
  public_version: Generated<string>;
  author_id: string;
  writer_person_ids: string[];
  countersigned_by: string | null;
  created_at: Date;
  submitted_at: Date | null;
}

export interface AttachmentTable {
  id: string;
  state: string;
  owner: string;
  uploaded_by: string | null;
  order_id: string | null;
  act_id: string | null;
  assignment_id: string | null;
  reply_id: string | null;
  organization_id: string | null;
  visibility: string | null;
  party: string | null;
  from_requester: Generated<boolean>;
  name: string;
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
  sha256: string;
  thumb_sha256: string | null;
  created_at: Date;
  bound_at: Date | null;
}

export interface OrderAccessTable {
  order_id: string;
  code_hash: string;
}

export interface RoutingDecisionTable {
  id: string;
  order_id: string;
  round: number;
  category_code: string | null;
  area_code: string | null;
  subject_kind: string | null;
  catalogue_id: string | null;
  suggested_lead_id: string | null;
  lead_id: string;
  co_ids: Generated<string[]>;
  overruled: Generated<boolean>;
  steps: Json;
  decided_by: string | null;
  at: Date;
}

export interface UrgeTable {
  id: string;
  order_id: string;
  act_id: string;
  level: number;
  party: string;
  city_day: string;
  at: Date;
}

export interface CallbackTaskTable {
  id: string;
  order_id: string;
  round: number;
  method: string;
  state: string;
  opened_at: Date;
  link_sent_at: Date | null;
  link_expires_at: Date | null;
  done_at: Date | null;
}

export interface CallbackAttemptTable {
  id: string;
  task_id: string;
  act_id: string;
  at: Date;
  city_day: string;
  result: string;
}

export interface RatingLinkTable {
  id: string;
  order_id: string;
  round: number;
  token_hash: string;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

export interface EvaluationTable {
  id: string;
  order_id: string;
  round: number;
  party: string;
  contacted: boolean | null;
  solved: string | null;
  satisfaction: number | null;
  reasons: Generated<string[]>;
  proposes_redo: Generated<boolean>;
  at: Date;
}

export interface NotificationTable {
  id: string;
  organization_id: string;
  order_id: string;
  assignment_id: string | null;
  kind: string;
  event_id: string;
  at: Date;
  roles: Generated<string[]>;
  step: Generated<string>;
}

export interface DeliveryTable {
  id: string;
  event_id: string;
  kind: string;
  order_id: string;
  organization_id: string | null;
  requester_id: string | null;
  rating_link_id: string | null;
  state: string;
  attempts: Generated<number>;
  next_attempt_at: Date;
  last_error: string | null;
  created_at: Date;
  sent_at: Date | null;
  not_before: Date | null;
  step: Generated<string>;
}

export interface DemoSmsTable {
  id: string;
  to_ct: Buffer;
  text_ct: Buffer;
  at: Date;
}

export interface DemoPlayTable {
  only_row: Generated<boolean>;
  state: string;
  seed: number;
  days: number;
  end_at: Date;
  done: Generated<number>;
  total: Generated<number>;
  city_time: Date | null;
}

export interface DemoCallTable {
  id: string;
  user_ids: string[];
  phone_ct: Buffer;
  name_ct: Buffer;
  text_ct: Buffer;
  state: string;
  rang_at: Date;
  answered_at: Date | null;
  answered_by: string | null;
}

/** A list of [start, end] minutes; written as JSON text. */
type Spans = ColumnType<[number, number][], string, string>;

export interface CalendarTable {
  id: string;
  organization_id: string | null;
  name: string;
  follows_city: Generated<boolean>;
  created_at: Generated<Date>;
}

export interface CalendarHoursTable {
  id: string;
  calendar_id: string;
  valid_from: string;
  valid_to: Generated<string>;
  weekday: number;
  spans: Spans;
  position: number;
}

export interface CalendarExceptionTable {
  id: string;
  calendar_id: string;
  date: string;
  kind: string;
  name: Generated<string>;
  source: Generated<string>;
  made_by: string | null;
  made_at: Date;
  revoked_at: Date | null;
}

export interface CalendarVersionTable {
  version: number;
  what: string;
  made_by: string | null;
  made_at: Date;
}

export interface CalendarDayTable {
  calendar_id: string;
  date: string;
  version: number;
  replaced_in: number | null;
  kind: string;
  spans: Spans;
  name: Generated<string>;
}

export interface DeadlinePolicyTable {
  version: number;
  id: string;
  valid_from: Date;
  document: Json;
  note: Generated<string>;
  published_by: string | null;
  published_at: Date;
  withdrawn_at: Date | null;
}

export interface DeadlineTable {
  id: string;
  subject_id: string;
  clock: string;
  cycle: Generated<number>;
  epoch: Generated<number>;
  order_id: string;
  organization_id: string | null;
  urgency: string | null;
  channel: string | null;
  type: string | null;
  shown: Generated<boolean>;
  state: string;
  basis: string;
  amount: number | null;
  policy_version: number;
  calendar_id: string;
  calendar_version: number;
  started_at: Date;
  due_at: Date | null;
  soon_at: Date | null;
  today_at: Date | null;
  remaining_ms: number | null;
  stopped_at: Date | null;
  met: boolean | null;
  provisional: Generated<boolean>;
  level: Generated<number>;
}

export interface ClockEntryTable {
  id: string;
  deadline_id: string;
  position: number;
  kind: string;
  at: Date;
  reason: string;
  detail: Json;
  party: string;
  actor_id: string | null;
}

export interface DeadlineStepTable {
  deadline_id: string;
  epoch: number;
  step: string;
  level: number;
  action: string;
  fire_at: Date;
  armed_at: Date | null;
  fired_at: Date | null;
}

export interface LiveClockView {
  id: string;
  subject_id: string;
  clock: string;
  order_id: string;
  organization_id: string | null;
  shown: boolean;
  state: string;
  due_at: Date | null;
  soon_at: Date | null;
  today_at: Date | null;
}

export interface SupervisionSequenceTable {
  year: number;
  last: number;
}

export interface SupervisionOrderTable {
  id: string;
  number: string;
  order_id: string;
  assignment_id: string | null;
  organization_id: string;
  level: number;
  cause: string;
  state: string;
  version: Generated<number>;
  returns: Generated<number>;
  issued_by: string | null;
  issued_at: Date;
  replied_by: string | null;
  replied_at: Date | null;
  judged_by: string | null;
  judged_at: Date | null;
}

export interface EscalationTable {
  id: string;
  order_id: string;
  organization_id: string | null;
  action: string;
  level: number;
  cause: string;
  deadline_id: string | null;
  clock: string | null;
  step: string | null;
  epoch: number | null;
  supervision_order_id: string | null;
  told: Generated<boolean>;
  at: Date;
}

export interface DoorSourceTable {
  id: string;
  name: string;
  door: string;
  secret_ct: Buffer;
  active: Generated<boolean>;
  per_minute: number;
  created_at: Date;
}

export interface DoorMessageTable {
  id: string;
  source_id: string;
  external_id: string;
  kind: string;
  body_hash: string;
  body_ct: Buffer | null;
  state: string;
  answer: Json | null;
  error: Generated<string>;
  attempts: Generated<number>;
  received_at: Date;
  done_at: Date | null;
}

export interface ChannelPolicyTable {
  version: number;
  document: Json;
  created_at: Date;
  created_by: string | null;
  note: Generated<string>;
}

export interface Database {
  door_source: DoorSourceTable;
  door_message: DoorMessageTable;
  channel_policy: ChannelPolicyTable;
  demo_sms: DemoSmsTable;
  demo_play: DemoPlayTable;
  demo_call: DemoCallTable;
  deployment: DeploymentTable;
  app_clock: AppClockTable;
  domain_event: DomainEventTable;
  outbox: OutboxTable;
  audit_log: AuditLogTable;
  idempotency_key: IdempotencyKeyTable;
  throttle: ThrottleTable;
  organization: OrganizationTable;
  app_user: AppUserTable;
  role_grant: RoleGrantTable;
  session: SessionTable;
  activation: ActivationTable;
  category: CategoryTable;
  area: AreaTable;
  dispatch_catalogue: DispatchCatalogueTable;
  requester: RequesterTable;
  contact: ContactTable;
  order_sequence: OrderSequenceTable;
  work_order: WorkOrderTable;
  identity_vault: IdentityVaultTable;
  identity_reading: IdentityReadingTable;
  order_text: OrderTextTable;
  assignment: AssignmentTable;
  act: ActTable;
  act_text: ActTextTable;
  reply: ReplyTable;
  attachment: AttachmentTable;
  order_access: OrderAccessTable;
  routing_decision: RoutingDecisionTable;
  urge: UrgeTable;
  callback_task: CallbackTaskTable;
  callback_attempt: CallbackAttemptTable;
  rating_link: RatingLinkTable;
  evaluation: EvaluationTable;
  notification: NotificationTable;
  delivery: DeliveryTable;
  calendar: CalendarTable;
  calendar_hours: CalendarHoursTable;
  calendar_exception: CalendarExceptionTable;
  calendar_version: CalendarVersionTable;
  calendar_day: CalendarDayTable;
  deadline_policy: DeadlinePolicyTable;
  deadline: DeadlineTable;
  clock_entry: ClockEntryTable;
  deadline_step: DeadlineStepTable;
  supervision_sequence: SupervisionSequenceTable;
  supervision_order: SupervisionOrderTable;
  escalation: EscalationTable;
  place: PlaceTable;
  lexicon: LexiconTable;
  classification: ClassificationTable;
  correction: CorrectionTable;
  routing_wait: RoutingWaitTable;
  handover: HandoverTable;
}

/** Views that may be joined (owners.ts, OFFERED). */
export interface Views {
  live_clock: LiveClockView;
  clocked_order: { order_id: string };
  waiting_reason: Omit<RoutingWaitTable, 'suggested_lead_id' | 'score'>;
}
