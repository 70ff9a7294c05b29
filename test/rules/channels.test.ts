/** How a demand comes in by each channel and how its answer goes back, written down a second time. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelDoor, channelDoors } from '../../src/intake/channels/index.ts';
import { fromOperator } from '../../src/intake/arrival.ts';
import { registerInput } from '../../src/intake/schema.ts';
import { AppError } from '../../src/kernel/errors.ts';
import type { StaffActor } from '../../src/kernel/actor.ts';
import type { Channel } from '../../src/kernel/words.ts';
import { SECRET_WORDS } from '../http/answers.ts';

const TEXT = '总管已经修好。';

/** With a number left or not (N n), still in the chat or not (H h): the ways of the answer. */
const WAYS: Record<Channel, Record<'NH' | 'Nh' | 'nH' | 'nh', string>> = {
  phone: { NH: 'call page', Nh: 'call page', nH: 'page', nh: 'page' },
  web: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  chat: { NH: 'chat', Nh: 'chat sms', nH: 'chat', nh: 'chat' },
  sms: { NH: 'sms', Nh: 'sms', nH: 'page', nh: 'page' },
  grid: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  police_110: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  visit: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  mail: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  app: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  wechat: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  province: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  other_city: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
  legacy_line: { NH: 'page sms', Nh: 'page sms', nH: 'page', nh: 'page' },
};
const NAMES = Object.keys(WAYS) as Channel[];

const plain = { address: '', title: '', occurred: '', subjectName: '' };
const matter = { content: '停水了', ...plain, confidential: false, wishCallback: true, wishPublic: false }; // prettier-ignore
const CLIENT = '0193a7b0-0000-4000-8000-000000000001';
const FORM = { content: '停水了', requester: { name: '陈女士', phone: '138 0577-4471' } };
const WEB = { content: '停水了', address: '', who: 'named', name: '陈女士', phone: '１３８０５７７４４７１', confidential: '', callback: 'on', public: '' }; // prettier-ignore
const CHEN = { kind: 'natural', name: '陈女士', phone: '13805774471' };

/** What comes in as the channel has it, and what is read out of it. */
const READ: [Channel, string, unknown, object][] = [
  ['phone', 'a caller who is known', FORM, { requester: CHEN, matter, externalId: null }],
  ['phone', 'a withheld number', { content: '停水了', requester: { kind: 'anonymous' } }, { requester: { kind: 'anonymous', name: '' }, matter, externalId: null }],
  ['web', 'the form', WEB, { requester: CHEN, matter, externalId: null }],
  ['web', 'an anonymous form keeps no name and promises no call', { ...WEB, who: 'anonymous', confidential: 'on', public: 'on' }, { requester: { kind: 'anonymous', name: '' }, matter: { ...matter, confidential: true, wishCallback: false, wishPublic: true }, externalId: null }],
  ['chat', 'a first sentence', { clientId: CLIENT, name: '陈女士', phone: '13805774471', text: ' 停水了 ' }, { requester: CHEN, matter, externalId: CLIENT }],
  ['chat', 'nothing yet, from nobody', { clientId: CLIENT }, { requester: { kind: 'anonymous', name: '' }, matter: null, externalId: CLIENT }],
  ['sms', 'a message', { id: 'm-1', from: '+86 13805774471', text: '停水了' }, { requester: { ...CHEN, name: '' }, matter, externalId: 'm-1' }],
  ...(['grid', 'visit', 'mail', 'app', 'wechat', 'legacy_line'] as const).map((c): [Channel, string, unknown, object] => [c, 'a form', FORM, { requester: CHEN, matter, externalId: null }]),
  ...(['police_110', 'province', 'other_city'] as const).map((c): [Channel, string, unknown, object] => [c, 'a sheet with its number', { ...FORM, ref: 'S-2026-7' }, { requester: CHEN, matter, externalId: 'S-2026-7' }]),
]; // prettier-ignore

/** What no channel takes, and the fields it names. */
const REFUSED: [Channel, string, unknown, string[]][] = [
  ['phone', 'no words', { ...FORM, content: ' ' }, ['content']],
  ['web', 'half a form', { content: SECRET_WORDS }, ['address', 'callback', 'confidential', 'name', 'phone', 'public', 'who']],
  ['web', 'a telephone that is none', { ...WEB, phone: SECRET_WORDS }, ['phone']],
  ['chat', 'no id of the client', { text: SECRET_WORDS }, ['clientId']],
  ['chat', 'far too long', { clientId: CLIENT, text: 'x'.repeat(9000) }, ['text']],
  ['sms', 'no sender', { id: 'm-1', from: '', text: SECRET_WORDS }, ['from']],
  ['sms', 'an empty message', { id: 'm-1', from: '13805774471', text: '  ' }, ['content']],
  ['mail', 'no object at all', SECRET_WORDS, ['']],
  ['province', 'a number that is too long', { ...FORM, ref: 'x'.repeat(200) }, ['ref']],
]; // prettier-ignore

describe('channels', () => {
  it('each has a folder and a row', () => {
    const folders = readdirSync(new URL('../../src/intake/channels', import.meta.url), {
      withFileTypes: true,
    }).filter((f) => f.isDirectory());
    expect(folders.map((f) => f.name).sort()).toEqual([...NAMES].sort());
    expect(channelDoors().map((d) => d.name).sort()).toEqual([...NAMES].sort()); // prettier-ignore
    for (const name of NAMES) expect(channelDoor(name).name).toBe(name);
  });

  it.each(NAMES)('%s: the answer goes back the way it came', (name) => {
    const door = channelDoor(name);
    for (const [when, ways] of Object.entries(WAYS[name])) {
      const order = { hasNumber: when.startsWith('N'), here: when.endsWith('H') };
      const out = door.answer(order, TEXT);
      expect([when, out.map((o) => o.way).join(' ')]).toEqual([when, ways]);
      expect(out.every((o) => o.text === TEXT)).toBe(true);
    }
  });

  it.each(READ)('%s reads %s', (name, _what, raw, draft) => {
    expect(channelDoor(name).parse(raw)).toEqual({ channel: name, ...draft });
  });

  it.each(REFUSED)('%s refuses %s, by the names of fields only', (name, _what, raw, fields) => {
    const error = (() => {
      try {
        return channelDoor(name).parse(raw);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(AppError);
    const { code, extra } = error as AppError;
    expect(code).toBe('invalid_input');
    const issues = extra.issues as { path: string }[];
    expect([...new Set(issues.map((i) => i.path))].sort()).toEqual(fields);
    expect(JSON.stringify(extra)).not.toContain(SECRET_WORDS);
  });

  it('the operator types for every channel, and nothing of it changes on the way', () => {
    const actor = { kind: 'staff' } as StaffActor;
    const more = { contactId: CLIENT, areaCode: '339902001', categoryCode: '0301', type: 'help', urgency: 'U2' }; // prettier-ignore
    for (const channel of NAMES) {
      const input = registerInput.parse({ ...FORM, ...more, channel });
      const { contactId, requester, handoverId, attachmentIds, channel: _, ...said } = input;
      const arrival = fromOperator(actor, 'key', input);
      expect(arrival).toEqual({ actor, key: 'key', channel, contactId, requester, handoverId, attachmentIds, matter: said }); // prettier-ignore
      // The key of a repeated request is bound to its text: fields stay in their order.
      expect(JSON.stringify(arrival.matter)).toBe(JSON.stringify(said));
    }
  });
});
