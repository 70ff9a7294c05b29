import { conclude, open } from '../../src/followup/index.ts';
import type { Handlers } from './index.ts';

export const followupHandlers = {
  'followup.open': open,
  'followup.conclude': conclude,
} satisfies Partial<Handlers>;
