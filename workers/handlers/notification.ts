import { assigned, ratingLink, receipt, supervised, urged } from '../../src/notification/index.ts';
import type { Handlers } from './index.ts';

export const notificationHandlers = {
  'notification.receipt': receipt,
  'notification.assigned': assigned,
  'notification.urged': urged,
  'notification.rating_link': ratingLink,
  'notification.supervised': supervised,
} satisfies Partial<Handlers>;
