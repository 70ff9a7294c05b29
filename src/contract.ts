/** The only file of which the web may import values. */
export * from './kernel/words.ts';
export { ERROR_STATUS } from './kernel/errors.ts';
export type { ErrorCode } from './kernel/errors.ts';
export {
  ASSIGNMENT_ACTS,
  ASSIGNMENT_STATES,
  CLOSING_TYPES,
  ORDER_ACTS,
  ORDER_STATES,
} from './workorder/lifecycle.ts';
export type {
  AssignmentAct,
  AssignmentState,
  ClosingType,
  OrderAct,
  OrderState,
} from './workorder/lifecycle.ts';
export { DESKS, PASSWORD_MIN } from './identity/limits.ts';
export {
  ATTACHMENT_MAX,
  ATTACHMENT_MIMES,
  INBOX_FACETS,
  ORDER_QUEUES,
  TEXT_MAX,
} from './workorder/limits.ts';
export { STAGES } from './supervision/limits.ts';
export { CALLBACK_QUEUES, CONCLUSIONS } from './followup/limits.ts';
export {
  BREAK_REASONS,
  CALL_COMMANDS,
  CALL_OUTCOMES,
  CALL_SKILLS,
  CALL_STATES,
  CHOSEN_BREAKS,
  RETURN_QUEUES,
  RETURN_REASONS,
  RETURN_RESULTS,
  RETURN_STATES,
  SEAT_SKILLS,
  SEAT_STATES,
} from './telephony/limits.ts';
export type {
  BreakReason,
  CallCommand,
  CallOutcome,
  CallSkill,
  CallState,
  ReturnReason,
  ReturnResult,
  ReturnState,
  SeatSkill,
  SeatState,
} from './telephony/limits.ts';
export { LANGUAGES, dictionaries, translate } from './kernel/i18n/index.ts';
export type { Language, TextKey } from './kernel/i18n/index.ts';
export type * from './realtime/nudge.ts';
