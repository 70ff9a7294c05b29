import { expireSupplement, listen, triage } from '../../src/intake/index.ts';
import { supplementReminded } from '../../src/notification/index.ts';
import type { Handlers } from './index.ts';

export const intakeHandlers = {
  'intake.triage': triage,
  'intake.listen': listen,
  // Intake ends what is over, notification reminds before: neither could reach the other.
  'intake.expire_supplement': async (deps, tx, event) => {
    await supplementReminded(deps, tx, event);
    await expireSupplement(deps, tx, event);
  },
} satisfies Partial<Handlers>;
