/** What is read out of a demand as it comes in at the door. */
import { isSecret } from '../kernel/words.ts';
import type { Channel, EmergencyTarget, Flag } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { NoClassifier, loadClassifier } from '../understanding/index.ts';
import type { LexiconClassifier } from '../understanding/index.ts';
import type { Classifier, Understanding } from '../understanding/schema.ts';
import type { MatterInput } from '../workorder/schema.ts';

/**
 * The classifier in force; null where there is none: nobody is sent away for that.
 * @param via the transaction, of who is in one.
 */
export async function classifierOf(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  via?: Reader,
): Promise<LexiconClassifier | null> {
  try {
    return await loadClassifier(db, via);
  } catch (error) {
    if (!(error instanceof NoClassifier)) throw error;
    log.error({ reason: error.message }, 'texts are not understood');
    return null;
  }
}

/** A demand with what it was understood to be. */
export interface Heard {
  matter: MatterInput;
  /** Null: nothing was there that understands. */
  understanding: Understanding | null;
  flags: Flag[];
  emergency: EmergencyTarget | null;
}

/**
 * Understands a demand; pure. A wish for secrecy in the words counts like the one on the form, and a
 * title is made where none was given, for what was chosen. What was chosen stays as it was chosen.
 */
export function hear(classifier: Classifier | null, matter: MatterInput, channel: Channel): Heard {
  const { content, address, categoryCode, type } = matter;
  const chosen = { categoryCode, type };
  const understanding = classifier?.understand({ content, address, channel, chosen }) ?? null;
  const flags = understanding?.flags.map((g) => g.value) ?? [];
  return {
    matter: {
      ...matter,
      title: matter.title || (understanding?.title ?? ''),
      confidential: matter.confidential || flags.some(isSecret),
    },
    understanding,
    flags,
    emergency: understanding?.emergency?.target ?? null,
  };
}

/** What was understood of orders, as it is kept with them. */
export const toKeep = (list: readonly { orderId: string; heard: Pick<Heard, 'understanding'> }[]) =>
  list.flatMap(({ orderId, heard: { understanding } }) =>
    understanding ? [{ orderId, understanding }] : [],
  );
