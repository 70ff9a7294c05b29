import { assigned, ratingLink, receipt, urged } from '../../src/notification/index.ts';
import type { Handlers } from './index.ts';

export const notificationHandlers = {
  'notification.receipt': receipt,
  'notification.assigned': assigned,
  'notification.urged': urged,
  'notification.rating_link': ratingLink,
} satisfies Partial<Handlers>;
