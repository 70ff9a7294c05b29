import { climbed } from '../../src/notification/index.ts';
import { escalate, redone, withdrawn } from '../../src/supervision/index.ts';
import type { Handlers } from './index.ts';

export const supervisionHandlers = {
  // Supervision decides, notification tells: neither could reach the other in this direction.
  'supervision.escalate': async (deps, tx, event) =>
    climbed(tx, event, await escalate(deps, tx, event)),
  'supervision.redone': redone,
  'supervision.withdrawn': withdrawn,
} satisfies Partial<Handlers>;
