/** What every step of a citizen's chat shares. */
import { classifierOf } from '../intake/index.ts';
import type { ChannelPolicy } from '../intake/index.ts';
import type { RequesterInput } from '../intake/schema.ts';
import type { CitizenActor } from '../kernel/actor.ts';
import type { EmergencyTarget } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { post } from './post.ts';
import type { ChatRow } from './store.ts';

/** Who writes in a chat is proved by its token; the events say that a citizen did. */
export const CITIZEN: CitizenActor = { kind: 'citizen', orderId: null, how: 'submission' };
export const AS_CITIZEN = { party: 'citizen', organizationId: null } as const;

/** The emergency line that words call for. */
export async function emergencyIn(deps: Deps, text: string): Promise<EmergencyTarget | null> {
  const classifier = await classifierOf(deps);
  const said = classifier?.understand({ content: text, address: '', channel: 'chat' });
  return said?.emergency?.target ?? null;
}

export const requesterOf = (said: {
  name: string;
  phone?: string | undefined;
}): RequesterInput => ({
  kind: said.name === '' && said.phone === undefined ? 'anonymous' : 'natural',
  name: said.name,
  ...(said.phone !== undefined && { phone: said.phone }),
});

export const warn = (deps: Deps, tx: Tx, chat: ChatRow, target: EmergencyTarget) =>
  post(deps, tx, chat, {
    side: 'system',
    kind: 'notice',
    code: 'emergency',
    noticeNumber: Number(target),
  });

export const dueAfter = (at: Date, policy: ChannelPolicy['chat']): Date =>
  new Date(at.getTime() + policy.firstAnswerSeconds * 1_000);
