/** 网页: the citizen's own form, as its fields are posted. */
import { z } from 'zod';
import { matterInput } from '../../../workorder/schema.ts';
import { requesterInput } from '../../schema.ts';
import { by, readAs } from '../channel.ts';
import type { ChannelDoor } from '../channel.ts';

const ticked = z.string().transform((v) => v === 'on');
const typed = z.object({
  content: z.string(),
  address: z.string(),
  who: z.enum(['named', 'anonymous']),
  name: z.string(),
  phone: z.string(),
  confidential: ticked,
  callback: ticked,
  public: ticked,
});

export const web: ChannelDoor = {
  name: 'web',
  parse(raw) {
    const form = readAs(typed, raw);
    const named = form.who === 'named';
    // Anonymous means that name and number are not kept, even when they had been typed before.
    const who = named
      ? { kind: 'natural', name: form.name, phone: form.phone }
      : { kind: 'anonymous' };
    const matter = readAs(matterInput, {
      content: form.content,
      address: form.address,
      confidential: form.confidential,
      wishCallback: form.callback && named,
      wishPublic: form.public,
    });
    return { channel: 'web', requester: readAs(requesterInput, who), matter, externalId: null };
  },
  answer: (order, text) => by(order, text, 'page', 'sms'),
};
