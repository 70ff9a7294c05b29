/** What the citizen says of it: on the telephone, through the link, or not at all; and doing it again. */
import type { Living, Play } from './context.ts';
import { DAY_MINUTES } from './hours.ts';
import type { Dice } from './random.ts';
import * as words from './words.ts';

/** Tasks opened in this time are left to the agents who sit down afterwards. */
const LEFT_MIN = 22 * 60;
/** The same for the supervisor who decides on doing it again. */
const LEFT_TO_DECIDE_MIN = 5 * DAY_MINUTES;

interface Verdict {
  contacted: boolean;
  solved: 'solved' | 'partly_solved' | 'not_solved';
  satisfaction: number;
  reasons: string[];
  comment: string;
}

function verdict(d: Dice): Verdict {
  const solved = d.chance(0.78) ? 'solved' : d.chance(0.4) ? 'partly_solved' : 'not_solved';
  const bad = solved === 'not_solved';
  return {
    contacted: d.chance(bad ? 0.6 : 0.95),
    solved,
    satisfaction: bad ? d.int(1, 2) : solved === 'solved' ? d.int(4, 5) : d.int(3, 4),
    reasons: bad ? [d.pick(['not_solved', 'too_slow', 'beside_the_point', 'not_as_answered'])] : [],
    comment: d.chance(0.6) ? d.pick(bad ? words.RATED_BADLY : words.RATED_WELL) : '',
  };
}

/** @returns whether it is to be done again. */
export async function followUp(play: Play, o: Living): Promise<boolean> {
  const { stage, hours } = play;
  const before = await play.detail(o.id);
  const d = play.dice('followup', o.p.key, before.round);
  await stage.wait(hours.around(stage.now, 4), o.p.key);
  const task = await play.task(o.id);
  if (!task) return false;
  const said = verdict(d);
  const heard =
    task.method === 'call'
      ? await byPhone(play, o, task.id, said, d)
      : await byLink(play, o, said, d);
  if (!heard || said.solved !== 'not_solved') return false;
  // The last proposals wait for the supervisor who sits down afterwards.
  if (hours.after(stage.now, LEFT_TO_DECIDE_MIN) > play.city.endAt) return false;
  await stage.wait(hours.after(stage.now, d.between(60, 900)), o.p.key);
  return decide(play, o, d);
}

async function byPhone(
  play: Play,
  o: Living,
  taskId: string,
  said: Verdict,
  d: Dice,
): Promise<boolean> {
  const { stage, hours } = play;
  if (hours.after(stage.now, LEFT_MIN) > play.city.endAt) return false;
  await stage.wait(hours.after(stage.now, d.between(40, 500)), o.p.key);
  const missed = d.chance(0.22) ? d.int(1, 2) : 0;
  for (let i = 0; i < missed; i++) {
    const result = d.pick(['no_answer', 'busy', 'switched_off']);
    await play.post(
      'followup',
      `/api/callbacks/${taskId}/attempts`,
      { result, note: '' },
      'attempt',
    );
    await stage.wait(hours.after(stage.now, d.between(90, 380)), o.p.key);
  }
  if ((await play.detail(o.id)).state !== 'pending_callback') return false;
  const done = await play.post(
    'followup',
    `/api/callbacks/${taskId}/evaluation`,
    said,
    'evaluation',
  );
  return done !== null;
}

/** Through the link in the short message, when it came and is followed. */
async function byLink(play: Play, o: Living, said: Verdict, d: Dice): Promise<boolean> {
  if (!o.p.caller.phone || !d.chance(0.62)) return false;
  const { stage, hours } = play;
  await stage.wait(hours.awake(stage.now, d.between(30, 2600)), o.p.key);
  const tail = o.orderNo.slice(-4);
  const messages = await play.messagesTo(o.p.caller.phone);
  const link = messages.findLast((m) => m.text.includes('/rate/') && m.text.includes(tail));
  const path = /\/rate\/[\w-]+/.exec(link?.text ?? '')?.[0];
  if (!path) return false;
  const answer = await play.citizen().form(path, {
    contacted: said.contacted ? 'yes' : 'no',
    solved: said.solved,
    satisfaction: String(said.satisfaction),
    comment: said.comment,
    ...(said.reasons[0] && { reasons: said.reasons[0] }),
  });
  if (!answer.to.startsWith('/rate/thanks')) {
    play.note('rate by link', { status: answer.status, body: {} });
    return false;
  }
  return true;
}

/** The supervisor has it done again, or closes it where the unit is right. */
async function decide(play: Play, o: Living, d: Dice): Promise<boolean> {
  const order = await play.detail(o.id);
  o.version = order.version;
  if (!order.redoProposed) return false;
  if (d.chance(0.3)) {
    await play.post(
      'supervisor',
      `/api/orders/${o.id}/close`,
      {
        version: order.version,
        closingType: 'explained',
        reason: words.CLOSED_EXPLAINED,
      },
      'close',
    );
    return false;
  }
  const { category, urgency } = o.p.said;
  const done = await play.post(
    'supervisor',
    `/api/orders/${o.id}/redo`,
    {
      version: order.version,
      reason: d.pick(words.REDO_REASONS),
      ...(order.direct && { categoryCode: category, urgency, leadId: play.unit('TFB')?.id }),
    },
    'redo',
  );
  return done !== null;
}
