import {
  answered,
  assigned,
  closedEarly,
  flagged,
  ratingLink,
  receipt,
  returned,
  supervised,
  supplementAsked,
  urged,
} from '../../src/notification/index.ts';
import type { Handlers } from './index.ts';

export const notificationHandlers = {
  'notification.receipt': receipt,
  'notification.assigned': assigned,
  'notification.urged': urged,
  'notification.rating_link': ratingLink,
  'notification.supervised': supervised,
  'notification.supplement_asked': supplementAsked,
  'notification.flagged': flagged,
  'notification.closed_early': closedEarly,
  'notification.returned': returned,
  'notification.answered': answered,
} satisfies Partial<Handlers>;
