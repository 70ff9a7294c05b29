/**
 * Every error that may reach a person, by stable code: HTTP status and whether the detail may be shown.
 * The sentence a person reads comes from the i18n catalogue under `error.<code>`.
 */
export const ERROR_STATUS = {
  invalid_input: 422,
  invalid_json: 400,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  not_signed_in: 401,
  wrong_credentials: 401,
  too_many_attempts: 429,
  foreign_origin: 403,
  not_allowed: 403,
  separation_of_duties: 403,
  not_found: 404,
  state_conflict: 409,
  version_conflict: 409,
  urge_daily_limit: 429,
  attempt_too_soon: 429,
  redo_limit: 409,
  window_over: 409,
  already_rated: 409,
  link_invalid: 404,
  unit_unknown: 422,
  co_replies_open: 409,
  first_contact_missing: 409,
  reply_missing: 409,
  already_done: 409,
  emergency_open: 409,
  supplement_limit: 409,
  not_urgent_after_dispatch: 409,
  attachment_refused: 422,
  attachment_too_large: 413,
  attachment_limit: 409,
  storage_unavailable: 503,
  last_policy: 409,
  requester_unreachable: 409,
  extension_taken: 409,
  seat_offline: 409,
  number_withheld: 409,
  warnings_missing: 409,
  own_proposal: 403,
  seat_busy: 409,
  switch_refused: 409,
  switch_missing: 409,
  switch_unreachable: 503,
  recording_gone: 404,
  recording_unavailable: 503,
  demo_only: 404,
  signature_refused: 401,
  message_id_reused: 409,
  too_many_messages: 429,
  busy: 503,
  overloaded: 503,
  not_ready: 503,
  database_unavailable: 503,
  internal: 500,
} as const;

/** Stable machine code of an error; part of the public contract. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** An error whose code and `extra` may be shown; `internal` stays in the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly extra: Record<string, unknown>;
  readonly internal: string | undefined;
  constructor(code: ErrorCode, extra: Record<string, unknown> = {}, internal?: string) {
    super(internal ? `${code}: ${internal}` : code);
    this.name = 'AppError';
    this.code = code;
    this.extra = extra;
    this.internal = internal;
  }
  get status(): (typeof ERROR_STATUS)[ErrorCode] {
    return ERROR_STATUS[this.code];
  }
}

/** Throws the error; an expression, so that `x ?? fail('not_found')` reads as a sentence. */
export function fail(code: ErrorCode, extra?: Record<string, unknown>, internal?: string): never {
  throw new AppError(code, extra, internal);
}
