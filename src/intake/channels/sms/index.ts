/** 短信: who writes is the number; the answer goes to it. */
import { z } from 'zod';
import { matterInput } from '../../../workorder/schema.ts';
import { requesterInput } from '../../schema.ts';
import { by, readAs } from '../channel.ts';
import type { ChannelDoor } from '../channel.ts';

const message = z.object({
  id: z.string().min(1).max(120),
  from: z.string().min(1).max(30),
  text: z.string(),
});

export const sms: ChannelDoor = {
  name: 'sms',
  parse(raw) {
    const { id, from, text } = readAs(message, raw);
    return {
      channel: 'sms',
      requester: readAs(requesterInput, { kind: 'natural', phone: from }),
      matter: readAs(matterInput, { content: text }),
      externalId: id,
    };
  },
  answer: (order, text) => (order.hasNumber ? by(order, text, 'sms') : by(order, text, 'page')),
};
