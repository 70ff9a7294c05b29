/** The closed word lists of the field (glossary.tsv); their Chinese stands in the i18n catalogue. */

/** Staff roles of domain.md §2.1, held per unit. */
export const ROLES = [
  'operator',
  'dispatcher',
  'callback_agent',
  'auditor',
  'arbiter',
  'supervisor',
  'center_admin',
  'unit_receiver',
  'handler',
  'unit_leader',
  'command_room',
  'grid_worker',
  'secret_officer',
  'publisher',
] as const;
export type Role = (typeof ROLES)[number];

/** Who may act: a staff role, or one of the three that are not staff. */
export const PARTIES = [...ROLES, 'citizen', 'system', 'peer'] as const;
export type Party = (typeof PARTIES)[number];

/** Roles that work in the hotline centre and see every order; the others see their units' orders. */
export const CENTER_ROLES = [
  'operator',
  'dispatcher',
  'callback_agent',
  'auditor',
  'arbiter',
  'supervisor',
  'center_admin',
] as const satisfies readonly Role[];

/** Roles of the units that handle orders. */
export const UNIT_ROLES = [
  'unit_receiver',
  'handler',
  'unit_leader',
  'command_room',
  'grid_worker',
] as const satisfies readonly Role[];

export const CHANNELS = [
  'phone',
  'web',
  'chat',
  'sms',
  'grid',
  'police_110',
  'visit',
  'mail',
  'app',
  'wechat',
  'province',
  'other_city',
  'legacy_line',
] as const;
export type Channel = (typeof CHANNELS)[number];

export const DEMAND_TYPES = [
  'consultation',
  'help',
  'complaint',
  'report',
  'suggestion',
  'praise',
  'other',
] as const;
export type DemandType = (typeof DEMAND_TYPES)[number];

/** 特急, 紧急, 较急, 一般. */
export const URGENCIES = ['U1', 'U2', 'U3', 'U4'] as const;
export type Urgency = (typeof URGENCIES)[number];

export const ORG_KINDS = [
  'city',
  'center',
  'department',
  'enterprise',
  'district',
  'street',
  'command_room',
  'station',
  'grid',
  'external',
] as const;
export type OrgKind = (typeof ORG_KINDS)[number];

/** Non-acceptance grounds of domain.md §2.6. */
export const GROUNDS = [
  'N01',
  'N02',
  'N03',
  'N04',
  'N05',
  'N06',
  'N07',
  'N08',
  'N09',
  'N10',
  'N11',
] as const;
export type Ground = (typeof GROUNDS)[number];

/** 已解决, 部分解决, 未解决（已解释）. */
export const SOLVED = ['solved', 'partly_solved', 'not_solved'] as const;
export type Solved = (typeof SOLVED)[number];

/** 属实, 部分属实, 不属实. */
export const TRUTH = ['true', 'partly_true', 'untrue', 'not_applicable'] as const;
export type Truth = (typeof TRUTH)[number];

export const CONTACT_METHODS = ['phone', 'visit', 'sms', 'online'] as const;
export type ContactMethod = (typeof CONTACT_METHODS)[number];

export const DISPATCH_MODES = ['single', 'joint', 'consult'] as const;
export type DispatchMode = (typeof DISPATCH_MODES)[number];

/** Why a citizen is not satisfied. */
export const RATING_REASONS = [
  'not_solved',
  'too_slow',
  'attitude',
  'beside_the_point',
  'not_as_answered',
  'policy',
] as const;
export type RatingReason = (typeof RATING_REASONS)[number];

/** How an attempt to reach the citizen ended. */
export const ATTEMPT_RESULTS = [
  'reached',
  'no_answer',
  'busy',
  'switched_off',
  'wrong_number',
  'declined',
] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/** Why follow-up was given up. */
export const GIVE_UP_REASONS = [
  'link_expired',
  'declined',
  'anonymous',
  'no_callback_wish',
  'confidential',
  'praise',
] as const;
export type GiveUpReason = (typeof GIVE_UP_REASONS)[number];

/** The completion audit checklist of domain.md §2.5. */
export const CHECKLIST = [
  'all_matters',
  'first_contact',
  'finding',
  'basis',
  'measures_dated',
  'photo',
  'not_a_copy',
  'no_buck_passing',
  'no_third_party_data',
  'co_handlers_in',
  'solved_consistent',
  'public_version',
] as const;
export type ChecklistItem = (typeof CHECKLIST)[number];

/** Who may read a text that was added to an order. */
export const VISIBILITIES = ['public', 'staff', 'center', 'unit'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** The clocks of life-cycle.md. */
export const CLOCKS = [
  'citizen',
  'accept',
  'dispatch',
  'sign',
  'first_contact',
  'return_window',
  'final',
  'first_disposal',
  'co',
  'audit',
  'callback',
  'opinion',
  'supplement',
  'suspension_review',
  'supervision_reply',
] as const;
export type Clock = (typeof CLOCKS)[number];

/** What a clock shows (look.md): 充裕, 将到期, 今日到期, 超期, 暂停, 临时. */
export const LAMPS = ['roomy', 'soon', 'today', 'overdue', 'paused', 'provisional'] as const;
export type Lamp = (typeof LAMPS)[number];

/** What a step of the ladder does: a reminder, an urge, a supervision order. */
export const LADDER_ACTIONS = ['remind', 'urge', 'supervise'] as const;
export type LadderAction = (typeof LADDER_ACTIONS)[number];

/** Why a supervision order was issued (domain.md §2.7). */
export const SUPERVISION_CAUSES = [
  'overdue',
  'redo',
  'problem_order',
  'unanswered',
  'manual',
] as const;
export type SupervisionCause = (typeof SUPERVISION_CAUSES)[number];

export const SUPERVISION_STATES = ['open', 'replied', 'accepted'] as const;
export type SupervisionState = (typeof SUPERVISION_STATES)[number];

/** 满意, 退回重报. */
export const VERDICTS = ['accepted', 'sent_back'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Free marks of an order; several may stand. What a mark does stands in `routing/rules.ts`. */
export const FLAGS = [
  'emergency',
  'threat',
  'confidential',
  'whistleblower',
  'group',
  'repeat',
  'urge',
  'safety',
  'vulnerable',
  'disability',
  'minor',
  'media',
  'enterprise',
  'cross_area',
  'landmark_only',
  'dialect',
  'bouncing',
  'false_completion',
  'progress_query',
  'praise',
  'abuse',
  'no_substance',
  'from_110',
  'from_grid',
] as const;
export type Flag = (typeof FLAGS)[number];
/** Marks that say who spoke must not become known: an order with one of them is confidential. */
export const SECRET_FLAGS = ['confidential', 'whistleblower'] as const satisfies readonly Flag[];
export const isSecret = (flag: Flag): boolean => (SECRET_FLAGS as readonly Flag[]).includes(flag);

/** Emergency lines a call or a demand is handed to: police, fire, ambulance, traffic police. */
export const EMERGENCY_TARGETS = ['110', '119', '120', '122'] as const;
export type EmergencyTarget = (typeof EMERGENCY_TARGETS)[number];

/** What the understanding of a text proposes to do with it; a person, or for `dispatch` the system, decides. */
export const PROPOSALS = [
  'dispatch',
  'direct_answer',
  'split',
  'ask_supplement',
  'append',
  'redo',
  'reject',
  'transfer_out',
  'transfer_emergency',
  'close_no_substance',
  'abuse',
  'progress_answer',
] as const;
export type Proposal = (typeof PROPOSALS)[number];

/** Why an order waits for a person and was not dispatched by the system. */
export const WAIT_REASONS = [
  'emergency',
  'most_urgent',
  'peril',
  'confidential',
  'wary',
  'report',
  'not_understood',
  'low_score',
  'differs',
  'flagged',
  'area_unknown',
  'no_row',
  'transfer_target',
  'answer_directly',
  'proposal',
  'possible_duplicate',
  'redone',
  'supplemented',
  'unit_unable',
] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** How a contact ended that made no order. */
export const CONTACT_OUTCOMES = [
  'progress_answered',
  'urged',
  'redo_proposed',
  'abuse_ended',
  'no_substance',
  'wrong_number',
  'transferred',
] as const;
export type ContactOutcome = (typeof CONTACT_OUTCOMES)[number];

/** What may be missing from a demand; the citizen is asked for it in these words. */
export const MISSING_ITEMS = [
  'address',
  'occurred',
  'subject',
  'details',
  'contact',
  'evidence',
  'identity',
] as const;
export type MissingItem = (typeof MISSING_ITEMS)[number];

/** 响应率, 解决率, 满意率 (domain.md §4). */
export const RATES = ['response', 'solved', 'satisfaction'] as const;
export type Rate = (typeof RATES)[number];

/** Where a fact went: counted for, counted against, half, or left out with its reason. */
export const RATE_OUTCOMES = ['met', 'partly', 'missed', 'excluded'] as const;
export type RateOutcome = (typeof RATE_OUTCOMES)[number];

/** Why a fact is left out of a rate (domain.md §4). */
export const RATE_EXCLUSIONS = [
  'praise',
  'anonymous',
  'no_number',
  'gone',
  'consultation',
  'suggestion',
  'unreasonable',
  'no_opinion',
  'unreachable',
  'declined',
  'exempt',
] as const;
export type RateExclusion = (typeof RATE_EXCLUSIONS)[number];

/** Where a chat stands: in the queue, with an operator, nobody there, over, over with a message left. */
export const CHAT_STATES = ['waiting', 'open', 'away', 'ended', 'left_message'] as const;
export type ChatState = (typeof CHAT_STATES)[number];
