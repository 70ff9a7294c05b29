/** 电话: the operator types what the caller says; the answer is told in the follow-up call. */
import { by, formChannel } from '../channel.ts';
import type { ChannelDoor } from '../channel.ts';

export const phone: ChannelDoor = {
  ...formChannel('phone'),
  answer: (order, text) => by(order, text, 'call', 'page'),
};
