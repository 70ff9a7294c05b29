/**
 * The judge of a run with faults: compares what clients were told with what the database and the
 * gateway have. Pure; knows nothing of processes. Instants are milliseconds of one clock.
 */

/** One try of a wish, as the client saw it; without `status` nothing was ever heard of it. */
export interface Try {
  sentAt: number;
  endedAt?: number;
  status?: number;
  /** Stable code of a refusal. */
  code?: string;
  /** A refusal that said when to come again. */
  retryAfter?: boolean;
  /** What an answer of success named: the order, and its version after it. */
  orderId?: string;
  version?: number;
}

/** Something a client wants done once, however often it asks for it. */
export interface Wish {
  /** Sent with every try, and to be found in what is stored. */
  key: string;
  what: 'register' | 'act';
  /** Of an act: on which order, seen at which version, if it must be that. */
  orderId?: string;
  base?: number;
  /** The number a receipt goes to, exactly once. */
  phone?: string;
  tries: Try[];
}

/** A fault: when it struck, when service was seen again. `inFlight` = work that it cut off. */
export interface Strike {
  at: number;
  inFlight: number;
  recoveredAt?: number;
}

export interface StoredAct {
  orderId: string;
  version: number;
  act: string;
  /** The key of the wish, where its words carry one. */
  key?: string | undefined;
}

/** One step of one clock. */
export interface StoredStep {
  id: string;
  dueAt: number;
  firedAt?: number;
  /** How often an event told it, and how many effects it had. */
  told: number;
  effects?: number;
}

/** What is there when the run is over. */
export interface Stored {
  orders: { id: string; key: string | undefined; version: number }[];
  acts: StoredAct[];
  events: { orderId: string; version: number | null; type: string }[];
  /** Duties and messages that nobody did. */
  left: number;
  /** Orders with a clock that runs and has nothing to fire. */
  unarmed: string[];
  steps: StoredStep[];
}

/** What reached the world outside. */
export interface Outside {
  /** Every try that was made there. */
  tries: { id: string; key: string; to: string; text?: string }[];
  /** What was taken; a repeated id is one message. */
  taken: { id: string; to: string; at: number }[];
  /** Units and others are told something too. */
  others?: boolean;
}

export interface History {
  wishes: Wish[];
  strikes: Strike[];
  stored: Stored;
  /** Left out where nothing leaves the house in a run. */
  outside?: Outside;
  /**
   * Longest times in milliseconds: of a refusal (503), of any other that is no success, of a
   * firing after its instant, of a message after its cause, of a recovery.
   */
  limits: {
    refusal?: number;
    answer?: number;
    late?: number;
    effect?: number;
    recovery?: number;
  };
}

export interface Verdict {
  acknowledged: number;
  stored: number;
  lost: number;
  doubled: number;
  late: number;
  faults: number;
  faultsInFlight: number;
  slowestRecoveryMs: number;
  /** All that is wrong, in words; what is lost, doubled and late is among it. */
  violations: string[];
}

const succeeded = (t: Try): boolean => t.status !== undefined && t.status < 300;
/** The last word was a refusal, and no try was ever answered otherwise. */
const toldFailure = (tries: readonly Try[]): boolean =>
  tries.at(-1)?.status !== undefined && !tries.some(succeeded);
/** Answers that are no fault: done, or refused because of what somebody else did, or not now. */
const FAIR = new Set([409, 429, 503]);

class Judgement {
  readonly violations: string[] = [];
  readonly count = { lost: 0, doubled: 0, late: 0 };
  say(what: string): void {
    this.violations.push(what);
  }
  fault(kind: keyof Judgement['count'], what: string, times = 1): void {
    this.count[kind] += times;
    this.say(`${kind}: ${what}`);
  }
}

const groupBy = <T>(list: readonly T[], key: (t: T) => string | undefined): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const k = key(item);
    if (k === undefined) continue;
    const group = groups.get(k);
    if (group) group.push(item);
    else groups.set(k, [item]);
  }
  return groups;
};

/** Each answer by itself: no false word, no refusal that takes for ever or says nothing. */
function answers(j: Judgement, wishes: readonly Wish[], limits: History['limits']): void {
  for (const { key, tries } of wishes) {
    for (const t of tries) {
      const took = (t.endedAt ?? Infinity) - t.sentAt;
      const limit = t.status === 503 ? limits.refusal : limits.answer;
      if (limit !== undefined && !succeeded(t) && took > limit)
        j.say(`${t.status ?? 'no answer'} ${t.code ?? ''} after ${Math.round(took)} ms: ${key}`);
      if (t.status === undefined) continue;
      if (!succeeded(t) && !FAIR.has(t.status))
        j.say(`answered ${t.status} ${t.code ?? ''}: ${key}`);
      if (t.status === 503 && !t.retryAfter) j.say(`503 without Retry-After: ${key}`);
    }
  }
}

/** What somebody wants is done in the end, unless it was refused: clients ask for a minute and a half. */
function ends(j: Judgement, wishes: readonly Wish[]): void {
  for (const { key, base, tries } of wishes) {
    if (base !== undefined || tries.some(succeeded) || tries.at(-1)?.status === 429) continue;
    j.say(`never done: ${key}, in the end ${tries.at(-1)?.status ?? 'no answer'}`);
  }
}

/** Every demand that was acknowledged is one order, that one; every order was somebody's demand. */
function registrations(j: Judgement, wishes: readonly Wish[], stored: Stored): void {
  const orders = groupBy(stored.orders, (o) => o.key);
  const known = new Set(wishes.filter((w) => w.what === 'register').map((w) => w.key));
  for (const { key, what, tries } of wishes) {
    if (what !== 'register') continue;
    const found = orders.get(key) ?? [];
    const done = tries.filter(succeeded);
    // A page names its order only to people.
    const told = new Set(done.flatMap((t) => t.orderId ?? []));
    if (done.length > 0 && found.length === 0) j.fault('lost', `${key} was acknowledged`);
    if (found.length > 1) j.fault('doubled', `${key} is ${found.length} orders`, found.length - 1);
    if (told.size > 1) j.say(`${key} was told ${told.size} orders`);
    for (const id of told)
      if (found.length > 0 && !found.some((o) => o.id === id)) j.fault('lost', `${key} as ${id}`);
    if (toldFailure(tries) && found.length > 0) j.say(`told a failure and stored: ${key}`);
  }
  for (const { id, key } of stored.orders)
    if (key === undefined || !known.has(key)) j.say(`nobody asked for the order ${id}`);
}

/** Every act that was acknowledged stands at the version that was told, once. */
function acts(j: Judgement, wishes: readonly Wish[], stored: Stored): void {
  const byKey = groupBy(stored.acts, (a) => a.key);
  for (const { key, what, tries, base } of wishes) {
    if (what !== 'act') continue;
    const found = byKey.get(key) ?? [];
    const told = tries.filter(succeeded);
    if (told.length > 0 && found.length === 0) j.fault('lost', `act ${key} was acknowledged`);
    if (found.length > 1)
      j.fault('doubled', `act ${key} stands ${found.length} times`, found.length - 1);
    if (toldFailure(tries) && found.length > 0) j.say(`told a failure and stored: act ${key}`);
    for (const t of told)
      for (const a of found)
        if (t.version !== undefined && t.version !== a.version)
          j.say(`act ${key} was told version ${t.version} and is ${a.version}`);
    for (const a of found)
      if (base !== undefined && a.version !== base + 1)
        j.say(`act ${key} was decided on version ${base} and is ${a.version}`);
  }
}

/** Of all who acted on what they saw at one version, one was told that it is done. */
function races(j: Judgement, wishes: readonly Wish[]): void {
  const seen = groupBy(wishes, (w) =>
    w.what === 'act' && w.base !== undefined ? `${w.orderId} at ${w.base}` : undefined,
  );
  for (const [what, group] of seen) {
    const won = group.filter((w) => w.tries.some(succeeded));
    if (won.length > 1) j.fault('doubled', `${won.length} won ${what}`, won.length - 1);
    if (won.length === 0 && group.length > 1) j.say(`nobody won ${what}`);
    for (const w of group) {
      if (won.includes(w)) continue;
      const last = w.tries.at(-1);
      if (last?.status !== 409 || last.code !== 'version_conflict')
        j.say(`the loser of ${what} heard ${last?.status ?? 'nothing'} ${last?.code ?? ''}`);
      else if (!((last.version ?? 0) > w.base!))
        j.say(`the loser of ${what} was not told the new version`);
    }
  }
}

/** The story of each order has no gap and no fork, in acts and in events. */
function linear(j: Judgement, stored: Stored): void {
  const acts = groupBy(stored.acts, (a) => a.orderId);
  const events = groupBy(
    stored.events.filter((e) => e.version !== null && e.type.startsWith('work_order.')),
    (e) => e.orderId,
  );
  for (const { id, version } of stored.orders) {
    const versions = (acts.get(id) ?? []).map((a) => a.version).toSorted((a, b) => a - b);
    if (versions.some((v, i) => v !== i + 1) || versions.length !== version)
      j.say(`the acts of ${id} are ${versions.join()} at version ${version}`);
    const told = (events.get(id) ?? []).map((e) => `${e.version} ${e.type}`);
    if (new Set(told).size !== told.length) j.fault('doubled', `an event of ${id}`);
    const heard = new Set((events.get(id) ?? []).map((e) => e.version));
    for (const v of versions) if (!heard.has(v)) j.fault('lost', `the event of ${id} at ${v}`);
  }
}

/** Every step that is due fired, was told and had its effect once, in time. */
function timers(j: Judgement, stored: Stored, lateMs: number | undefined): void {
  for (const id of stored.unarmed) j.fault('lost', `the steps of a clock of ${id}`);
  for (const s of stored.steps) {
    if (s.firedAt === undefined || s.told === 0) j.fault('lost', `step ${s.id}`);
    else if (s.firedAt <= s.dueAt) j.say(`step ${s.id} fired before it was due`);
    else if (lateMs !== undefined && s.firedAt - s.dueAt > lateMs)
      j.fault('late', `step ${s.id}, ${Math.round(s.firedAt - s.dueAt)} ms`);
    if (s.told > 1) j.fault('doubled', `step ${s.id} was told ${s.told} times`, s.told - 1);
    if (s.effects === 0) j.fault('lost', `the effect of step ${s.id}`);
    if ((s.effects ?? 1) > 1) j.fault('doubled', `the effect of step ${s.id}`);
  }
}

/** From when on nothing stood in the way any more: its cause was acknowledged, the last fault struck. */
const since = (strikes: readonly Strike[], cause: Try, until: number): number =>
  Math.max(cause.endedAt ?? cause.sentAt, ...strikes.map((s) => s.at).filter((at) => at < until));

/** Every receipt arrived once, in time, and under one id on every try. */
function effects(j: Judgement, h: History, outside: Outside): void {
  const taken = groupBy(outside.taken, (m) => m.to);
  for (const [id, tries] of groupBy(outside.tries, (t) => t.id)) {
    if (tries.some((t) => t.key !== id)) j.say(`message ${id} went without its id`);
    if (new Set(tries.map((t) => `${t.to} ${t.text ?? ''}`)).size > 1)
      j.say(`message ${id} changed`);
  }
  const expected = new Set<string>();
  for (const { key, phone, tries } of h.wishes) {
    if (phone === undefined) continue;
    expected.add(phone);
    const done = tries.find(succeeded);
    const got = taken.get(phone) ?? [];
    if (done && got.length === 0) j.fault('lost', `the message of ${key}`);
    if (got.length > 1) j.fault('doubled', `the message of ${key}`, got.length - 1);
    const waited = done && got[0] ? got[0].at - since(h.strikes, done, got[0].at) : 0;
    if (h.limits.effect !== undefined && waited > h.limits.effect)
      j.fault('late', `the message of ${key}, ${Math.round(waited)} ms`);
  }
  for (const { id, to } of outside.taken)
    if (!outside.others && !expected.has(to)) j.say(`nobody expects the message ${id}`);
}

/** Judges a run. */
export function judge(h: History): Verdict {
  const j = new Judgement();
  const { wishes, strikes, stored, limits } = h;
  answers(j, wishes, limits);
  ends(j, wishes);
  registrations(j, wishes, stored);
  acts(j, wishes, stored);
  races(j, wishes);
  linear(j, stored);
  timers(j, stored, limits.late);
  if (h.outside) effects(j, h, h.outside);
  if (stored.left > 0) j.fault('lost', `${stored.left} duties that nobody did`, stored.left);
  let slowest = 0;
  for (const [i, { at, recoveredAt }] of strikes.entries()) {
    if (recoveredAt === undefined) j.say(`never recovered from fault ${i + 1}`);
    else slowest = Math.max(slowest, recoveredAt - at);
  }
  if (limits.recovery !== undefined && slowest > limits.recovery)
    j.say(`recovered after ${Math.round(slowest)} ms`);
  return {
    acknowledged: wishes.filter((w) => w.tries.some(succeeded)).length,
    stored: stored.orders.length + stored.acts.filter((a) => a.key !== undefined).length,
    ...j.count,
    faults: strikes.length,
    faultsInFlight: strikes.filter((s) => s.inFlight > 0).length,
    slowestRecoveryMs: slowest,
    violations: j.violations,
  };
}
