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
  trace_id: string | null;
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
  settled_at: Date | null;
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
  erased_at: Date | null;
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
  order_id: string | null;
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
  inbound_id: string | null;
  provider_id: string | null;
  receipt: string | null;
  receipt_code: string | null;
  receipt_at: Date | null;
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
  phone_ct: Buffer;
  name_ct: Buffer;
  text_ct: Buffer;
  outbound: Generated<boolean>;
  state: string;
  target: Generated<string>;
  leg_id: Generated<string>;
  consulting: Generated<string>;
  offer_until: Date | null;
  /** Written as JSON text. */
  tried: Json | null;
  outbox: Generated<Json>;
  events: Generated<number>;
  rang_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
  next_at: Date;
  driven_until: Date | null;
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
  door: string;
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

export interface CallTable {
  id: string;
  source: string;
  external_id: string;
  direction: Generated<string>;
  phone_ct: Buffer | null;
  phone_hmac: string | null;
  called: string;
  skill: string;
  priority: Generated<number>;
  state: string;
  outcome: string | null;
  entered_at: Date;
  queued_at: Date;
  asked_at: Date;
  offered_at: Date | null;
  answered_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  end_reason: Generated<string>;
  operator_id: string | null;
  contact_id: string | null;
  created_at: Date;
  erased_at: Date | null;
}

export interface CallEventTable {
  id: string;
  call_id: string;
  type: string;
  at: Date;
  fingerprint: string;
  body_ct: Buffer;
  user_id: string | null;
  received_at: Date;
}

export interface CallLegTable {
  call_id: string;
  position: number;
  leg_id: string;
  kind: string;
  target: string;
  user_id: string | null;
  mode: Generated<string>;
  began_at: Date;
  ended_at: Date | null;
}

export interface SeatTable {
  user_id: string;
  session_id: string;
  extension: string;
  skills: string[];
  state: string;
  since: Date;
  until: Date | null;
  idle_since: Date;
  break_reason: string | null;
  call_id: string | null;
  no_answers: Generated<number>;
}

export interface SeatChangeTable {
  id: string;
  user_id: string;
  from_state: string;
  to_state: string;
  reason: string;
  call_id: string | null;
  at: Date;
}

export interface CallOfferTable {
  id: string;
  call_id: string;
  user_id: string;
  extension: string;
  offered_at: Date;
  until: Date;
  result: string | null;
  ended_at: Date | null;
}

export interface ReturnCallTable {
  id: string;
  phone_ct: Buffer | null;
  sealed_for: string;
  phone_hmac: string;
  cause: string;
  skill: string;
  calls: Generated<number>;
  state: string;
  due_at: Date;
  made_at: Date;
  taken_by: string | null;
  taken_at: Date | null;
  attempts: Generated<number>;
  ended_at: Date | null;
  reason: string | null;
  told_at: Date | null;
}

export interface ReturnCallOfTable {
  call_id: string;
  return_call_id: string;
}

export interface ReturnAttemptTable {
  id: string;
  return_call_id: string;
  user_id: string;
  result: string;
  contact_id: string | null;
  at: Date;
}

export interface CallWarningTable {
  id: string;
  call_id: string;
  phone_hmac: string | null;
  user_id: string;
  at: Date;
}

export interface RestrictedCallerTable {
  id: string;
  phone_ct: Buffer | null;
  phone_hmac: string;
  reason_ct: Buffer | null;
  warnings: number;
  set_by: string;
  set_at: Date;
  until: Date;
  lifted_at: Date | null;
  lifted_by: string | null;
  lift_reason_ct: Buffer | null;
}

export interface RestrictionProposalTable {
  id: string;
  call_id: string;
  phone_ct: Buffer | null;
  phone_hmac: string;
  reason_ct: Buffer | null;
  warnings: number;
  proposed_by: string;
  proposed_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  restricted_id: string | null;
  decline_ct: Buffer | null;
}

export interface RecordingTable {
  id: string;
  call_id: string;
  external_id: string;
  uri_ct: Buffer | null;
  seconds: number;
  sha256: string | null;
  ready_at: Date;
  until: Date;
  erased_at: Date | null;
}

export interface RecordingListeningTable {
  id: string;
  recording_id: string;
  user_id: string;
  at: Date;
}

export interface SmsNumberTable {
  phone_hmac: string;
  seen_at: Date;
}

export interface SmsInboundTable {
  id: string;
  source_id: string;
  message_id: string;
  from_hmac: string;
  from_ct: Buffer | null;
  text_ct: Buffer | null;
  text_hmac: string;
  said_at: Date;
  received_at: Date;
  understood: string;
  result: string;
  contact_id: string | null;
  order_id: string | null;
}

export interface SmsOptOutTable {
  id: string;
  phone_hmac: string;
  since: Date;
  until: Date | null;
  stop_id: string;
  start_id: string | null;
}

export interface ChatSeatTable {
  user_id: string;
  number: Generated<number>;
  is_on: boolean;
  cap: number;
  last_assigned_at: Date | null;
  changed_at: Date;
  seen_at: Date;
}

export interface ChatSessionTable {
  id: string;
  client_hash: string;
  token_hash: string;
  contact_id: string;
  language: string;
  state: string;
  away: string | null;
  priority: Generated<number>;
  emergency: string | null;
  operator_id: string | null;
  opened_at: Date;
  queued_at: Date | null;
  assigned_at: Date | null;
  first_due_at: Date | null;
  first_answered_at: Date | null;
  clock: string | null;
  last_citizen_at: Date;
  last_operator_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  last_seq: Generated<number>;
  seen_citizen: Generated<number>;
  seen_operator: Generated<number>;
  minute_at: Date;
  minute_count: Generated<number>;
  images: Generated<number>;
  page_ct: Buffer | null;
  satisfaction: number | null;
  solved: boolean | null;
  comment_ct: Buffer | null;
  rated_at: Date | null;
  /** Real time, like a seat's: nobody can move it. */
  visitor_seen_at: Generated<Date>;
}

export interface ChatMessageTable {
  id: string;
  chat_id: string;
  seq: number | null;
  after_seq: number | null;
  client_id: string;
  side: string;
  kind: string;
  code: string | null;
  notice_number: number | null;
  author_id: string | null;
  order_id: string | null;
  body_ct: Buffer | null;
  mime: string | null;
  bytes: number | null;
  width: number | null;
  height: number | null;
  sha256: string | null;
  thumb_sha256: string | null;
  at: Date;
}

export interface CannedAnswerTable {
  id: string;
  shortcut: string;
  zh: string;
  en: string;
  active: Generated<boolean>;
  version: Generated<number>;
  changed_at: Date;
  changed_by: string | null;
}

export interface RateFactTable {
  order_id: string;
  rate: string;
  fact_id: string;
  organization_id: string;
  at: Date;
  ripe_at: Date;
  code: string;
  value: string | null;
  strict: boolean;
  policy_only: boolean;
}

export interface RateChangeTable {
  id: Generated<string>;
  month: string;
  rate: string;
  organization_id: string;
  code: string;
  ripe_at: Date;
  n: number;
  strict: number;
  policy_only: number;
  order_id: string | null;
  fact_id: string | null;
}

export interface RateCountTable {
  month: string;
  rate: string;
  organization_id: string;
  code: string;
  n: string;
  strict: string;
  policy_only: string;
}

export interface Database {
  chat_seat: ChatSeatTable;
  chat_session: ChatSessionTable;
  chat_message: ChatMessageTable;
  canned_answer: CannedAnswerTable;
  sms_number: SmsNumberTable;
  sms_inbound: SmsInboundTable;
  sms_opt_out: SmsOptOutTable;
  door_source: DoorSourceTable;
  door_message: DoorMessageTable;
  channel_policy: ChannelPolicyTable;
  call: CallTable;
  call_event: CallEventTable;
  call_leg: CallLegTable;
  seat: SeatTable;
  seat_change: SeatChangeTable;
  call_offer: CallOfferTable;
  return_call: ReturnCallTable;
  return_call_of: ReturnCallOfTable;
  return_attempt: ReturnAttemptTable;
  call_warning: CallWarningTable;
  restricted_caller: RestrictedCallerTable;
  restriction_proposal: RestrictionProposalTable;
  recording: RecordingTable;
  recording_listening: RecordingListeningTable;
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
  rate_fact: RateFactTable;
  rate_change: RateChangeTable;
  rate_count: RateCountTable;
}

/** Views that may be joined (owners.ts, OFFERED). */
export interface Views {
  live_clock: LiveClockView;
  clocked_order: { order_id: string };
  waiting_reason: Omit<RoutingWaitTable, 'suggested_lead_id' | 'score'>;
  raised_order: { order_id: string; requester_id: string };
  open_order: { order_id: string; contact_id: string };
}
