/** 在线客服: a chat begins, with or without a name, a number, a first sentence. */
import { z } from 'zod';
import { TEXT_MAX, matterInput, optionalText } from '../../../workorder/schema.ts';
import { requesterInput } from '../../schema.ts';
import { by, readAs } from '../channel.ts';
import type { ChannelDoor } from '../channel.ts';

const begun = z.object({
  clientId: z.uuid(),
  name: z.string().default(''),
  phone: z.string().default(''),
  text: optionalText(TEXT_MAX.content),
});

export const chat: ChannelDoor = {
  name: 'chat',
  parse(raw) {
    const { clientId, name, phone, text } = readAs(begun, raw);
    const nobody = name.trim() === '' && phone.trim() === '';
    const who = nobody ? { kind: 'anonymous' } : { name, ...(phone.trim() !== '' && { phone }) };
    return {
      channel: 'chat',
      requester: readAs(requesterInput, who),
      matter: text ? readAs(matterInput, { content: text }) : null,
      externalId: clientId,
    };
  },
  // Who has left the chat is told there all the same: it is resumed by its token.
  answer: (order, text) => (order.here ? by(order, text, 'chat') : by(order, text, 'chat', 'sms')),
};
