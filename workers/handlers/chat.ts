import { answered, registered } from '../../src/chat/index.ts';
import type { Handlers } from './index.ts';

export const chatHandlers = {
  'chat.registered': registered,
  'chat.answered': answered,
} satisfies Partial<Handlers>;
