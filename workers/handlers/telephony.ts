import { leaveSeat } from '../../src/telephony/index.ts';
import type { Handlers } from './index.ts';

export const telephonyHandlers = {
  'telephony.leave': leaveSeat,
} satisfies Partial<Handlers>;
