/** What is read out of a demand as it comes in at the door. */
import type { Channel, EmergencyTarget, Flag } from '../kernel/words.ts';
import type { Db } from '../platform/db.ts';
import { loadClassifier } from '../understanding/index.ts';
import type { Classifier, Understanding } from '../understanding/schema.ts';
import type { MatterInput } from '../workorder/schema.ts';

/** The classifier in force: loaded once in this process and followed from version to version. */
export const classifierOf = (db: Db) => loadClassifier(db);

/** A demand with what it was understood to be. */
export interface Heard {
  matter: MatterInput;
  understanding: Understanding;
  flags: Flag[];
  emergency: EmergencyTarget | null;
}

/** Marks that say who spoke must not become known. */
const SECRET: readonly Flag[] = ['confidential', 'whistleblower'];

/**
 * Understands a demand; pure. A wish for secrecy in the words counts like the one on the form, and a
 * title is made where none was given. What was chosen otherwise stays as it was chosen.
 */
export function hear(classifier: Classifier, matter: MatterInput, channel: Channel): Heard {
  const { content, address } = matter;
  const understanding = classifier.understand({ content, address, channel });
  const flags = understanding.flags.map((g) => g.value);
  return {
    matter: {
      ...matter,
      title: matter.title || understanding.title,
      confidential: matter.confidential || flags.some((f) => SECRET.includes(f)),
    },
    understanding,
    flags,
    emergency: understanding.emergency?.target ?? null,
  };
}
