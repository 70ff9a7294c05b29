/** Words of a message, and providers by description: the requests they get, written out by hand. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignInbound, foreignReceipts, instantOf } from '../../src/notification/foreign.ts';
import { describeProvider, genericProvider } from '../../src/notification/provider-file.ts';
import { Refused, requestOf, taken } from '../../src/notification/provider.ts';
import type { Composed } from '../../src/notification/provider.ts';
import { answersTo, goesInSpiteOfStop, readWords, replyWay, substanceOf } from '../../src/notification/rules.ts'; // prettier-ignore
import type { Waiting } from '../../src/notification/rules.ts';
import { ConfigError } from '../../src/platform/config.ts';
import { readJson } from '../../db/tsv.ts';

const { words } = (readJson('channel-policy.json') as { sms: { words: Parameters<typeof readWords>[1] } }).sms; // prettier-ignore

describe('words', () => {
  it.each([
    ['5', { what: 'rate', satisfaction: 5, tail: '', bare: true }],
    [' ３ 。', { what: 'rate', satisfaction: 3, tail: '', bare: true }],
    ['4分', { what: 'rate', satisfaction: 4, tail: '', bare: false }],
    ['5星！', { what: 'rate', satisfaction: 5, tail: '', bare: false }],
    ['2 0042', { what: 'rate', satisfaction: 2, tail: '0042', bare: false }],
    ['td', { what: 'stop' }],
    ['ＴＤ', { what: 'stop' }],
    ['【退订】', { what: 'stop' }],
    ['恢复', { what: 'start' }],
    ['催办', { what: 'urge', tail: '' }],
    ['催办1234', { what: 'urge', tail: '1234' }],
    ['催办：单号20260921-000012', { what: 'urge', tail: '20260921000012' }],
    ['5 20260921-000012', { what: 'rate', satisfaction: 5, tail: '20260921000012', bare: false }],
    ['进度', { what: 'progress', tail: '' }],
    ['查询 单号：１２３４', { what: 'progress', tail: '1234' }],
    ['“进度”', { what: 'progress', tail: '' }],
    ['0', { what: 'demand' }],
    ['6', { what: 'demand' }],
    ['12', { what: 'demand' }],
    ['55555', { what: 'demand' }],
    ['5楼着火了', { what: 'demand' }],
    ['我要退订有线电视，营业厅不给办', { what: 'demand' }],
    ['查询一下我家为什么停水', { what: 'demand' }],
    ['催办证', { what: 'demand' }],
    ['', { what: 'demand' }],
    ['新事', { what: 'demand', anew: '' }],
    ['“新事”：3号路灯坏了。', { what: 'demand', anew: '3号路灯坏了。' }],
    ['新事\n路灯Ａ坏了', { what: 'demand', anew: '路灯Ａ坏了' }],
    ['新事物展览会扰民', { what: 'demand', anew: '新事物展览会扰民' }],
    ['有新事要说', { what: 'demand' }],
  ])('%j', (text, asked) => expect(readWords(text, words)).toEqual(asked));

  it('what says something is counted, signs are not', () => {
    expect(substanceOf('  。！？ …')).toBe(0);
    expect(substanceOf('路灯 坏了!')).toBe(4);
  });

  it('who wants no messages still gets what was asked for and what must be told', () => {
    const kinds = ['receipt', 'answered', 'supplement_asked', 'sms_progress', 'assigned', 'rating_link', 'supplement_reminder']; // prettier-ignore
    expect(kinds.filter(goesInSpiteOfStop)).toEqual(kinds.slice(0, 5));
  });
});

describe('what was asked for', () => {
  const since = new Date('2026-09-21T02:00:00Z');
  const at = (hours: number) => new Date(since.getTime() + hours * 3_600_000);
  const one: Waiting = { id: 'one', orderNo: '20260921000420', secret: false, emergency: false, askedAt: at(1) }; // prettier-ignore
  const two: Waiting = { ...one, id: 'two', orderNo: '20260921000438' };
  const secret: Waiting = { ...two, id: 'secret', secret: true };
  const danger: Waiting = { ...two, id: 'danger', emergency: true };
  const late: Waiting = { ...one, askedAt: at(-1) };

  it.each<[string, string, Waiting[], string | null]>([
    ['nothing waits', '在3幢', [], null],
    ['one does', '3', [one], 'one'],
    ['no answer', '收到', [one], null],
    ['several', '在3幢', [one, two], 'unclear'],
    ['named', '0420：在3幢', [one, two], 'one'],
    ['named in full', '单号20260921-000438 在3幢', [one, two], 'two'],
    ['a number that is none of theirs', '0999 在3幢', [one, two], 'unclear'],
    ['a number without words', '0420', [one, two], 'unclear'],
    ['two of the same end', '0420 在3幢', [one, { ...two, orderNo: '20260920000420' }], 'unclear'],
    ['beside a secret one', '在3幢', [one, secret], 'unclear'],
    ['beside a secret one, named', '0420在3幢', [one, secret], 'one'],
    ['the secret one named', '0438 在3幢', [one, secret], 'unclear'],
    [
      'a secret one, however old',
      '马路对面的路灯坏了',
      [{ ...secret, askedAt: at(-99) }],
      'unclear',
    ],
    ['too late', '马路对面的路灯坏了', [late], null],
    ['too late, named', '0420 在3幢', [late], 'one'],
    ['one of two in time', '在3幢', [late, two], 'unclear'],
    ['an emergency', '马路对面的路灯坏了', [danger], null],
    ['beside an emergency', '在3幢', [one, danger], 'unclear'],
  ])('%s', (_, text, waiting, to) => {
    const found = answersTo(text, waiting, { since, substanceMin: 4 });
    expect(found && found !== 'unclear' ? found.id : found).toBe(to);
  });

  it('a reply is offered only where it works', () => {
    expect([replyWay('one', [one]), replyWay('one', [one, secret])]).toEqual(['plain', 'tail']);
    expect([replyWay('secret', [secret]), replyWay('danger', [danger]), replyWay('one', [])]).toEqual([null, null, null]); // prettier-ignore
  });
});

const SMS: Composed = {
  id: '0190f0d0-0000-7000-8000-000000000001',
  to: '13800000001',
  text: '【云汀12345】您反映的事已经登记，单号20260921-000012，查询码K7M4QX。',
  kind: 'receipt',
  values: { orderNo: '20260921-000012', code: 'K7M4QX', url: 'https://hotline.example/track' },
  at: new Date('2017-07-12T02:42:19Z'),
};

/** The RPC style of a large cloud: sorted parameters, HMAC-SHA1 in base64. */
const RPC = {
  name: 'cloud-rpc',
  secrets: { id: 'SMS_KEY_ID', key: 'SMS_KEY' },
  signName: '阿里云短信测试专用',
  send: {
    method: 'GET',
    url: 'https://sms.example.com/',
    query: {
      AccessKeyId: '{secret.id}',
      Action: 'SendSms',
      Format: 'XML',
      OutId: '123',
      PhoneNumbers: '15300000001',
      RegionId: 'cn-hangzhou',
      Signature: '{signature}',
      SignatureMethod: 'HMAC-SHA1',
      SignatureNonce: '45e25e9b-0a6f-4070-8c85-2956eda1b466',
      SignatureVersion: '1.0',
      SignName: '{sign_name}',
      TemplateCode: '{template_id}',
      TemplateParam: '{template_params}',
      Timestamp: '{iso}',
      Version: '2017-05-25',
    },
    signature: {
      algorithm: 'hmac-sha1',
      key: '{secret.key}&',
      over: 'GET&%2F&{params|url}',
      encoding: 'base64',
    },
    success: { pointer: '/Code', equals: ['OK'] },
    messageId: '/BizId',
    errorCode: '/Code',
    never: ['isv.MOBILE_NUMBER_ILLEGAL'],
  },
  templates: { receipt: { id: 'SMS_71390007', params: { customer: 'test' } } },
};
const env = (name: string) =>
  ({ SMS_KEY_ID: 'testId', SMS_KEY: 'testSecret', MAS_KEY: 's3cret' })[name];

describe('a provider with sorted parameters and HMAC-SHA1', () => {
  const provider = describeProvider(RPC, env);

  it('gets the request with the signature that its manual prints', () => {
    const { method, url, body } = requestOf(provider, SMS);
    expect([method, body]).toEqual(['GET', undefined]);
    expect(url).toContain('&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95%E4%B8%93%E7%94%A8&'); // prettier-ignore
    expect(url).toContain('&TemplateParam=%7B%22customer%22%3A%22test%22%7D&');
    expect(url).toContain('&Timestamp=2017-07-12T02%3A42%3A19Z&');
    expect(new URL(url).searchParams.get('Signature')).toBe('zJDF+Lrzhj/ThnlvIToysFRq6t4=');
  });

  it('is read: taken, refused, refused for good, nonsense', () => {
    const d = provider.description;
    expect(taken(d, 200, '{"Code":"OK","BizId":"9006^0"}')).toEqual({ providerId: '9006^0' });
    const thrown = (status: number, body: string): Error => {
      try {
        taken(d, status, body);
      } catch (error) {
        return error as Error;
      }
      throw new Error('taken');
    };
    expect(thrown(200, '{"Code":"isv.BUSINESS_LIMIT_CONTROL"}').message).toBe('gateway refused isv.BUSINESS_LIMIT_CONTROL'); // prettier-ignore
    expect(thrown(400, '{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}')).toBeInstanceOf(Refused);
    expect(thrown(200, '<html>').message).toBe('gateway answered nonsense');
    expect(thrown(502, '').message).toBe('gateway answered 502');
    // What could be somebody's words is not kept.
    expect(thrown(200, '{"Code":"号码13800000001有误"}').message).toBe('gateway refused');
    expect(thrown(302, '').message).toBe('gateway answered 302');
  });
});

/** A carrier's platform: MD5 over the parts, the whole body in base64, plain words. */
const CARRIER = {
  name: 'carrier',
  secrets: { key: 'MAS_KEY' },
  signName: 'aB3xYz',
  send: {
    url: 'https://mas.example.cn/sms/norsubmit',
    headers: { 'Content-Type': 'text/plain', 'X-Try': '{nonce}' },
    json: { ecName: '云汀市', apId: 'hotline', mobiles: '{to}', content: '{text}', sign: '{sign_name}', addSerial: '', mac: '{signature}' }, // prettier-ignore
    bodyBase64: true,
    signature: { algorithm: 'md5', over: '云汀市hotline{secret.key}{to}{text}{sign_name}' },
    success: { pointer: '/success', equals: [true] },
    messageId: '/msgGroup',
    errorCode: '/rspcod',
  },
  door: { source: 'carrier-sms' },
  receipts: {
    format: 'json',
    items: '',
    fields: {
      providerId: '/msgGroup',
      state: '/errorCode',
      code: '/errorCode',
      at: '/receiveDate',
    },
    delivered: ['DELIVRD'],
    signature: { algorithm: 'plain', over: '{secret.key}', given: 'query.token' },
    answer: { body: '{"code":0}' },
  },
  inbound: {
    format: 'form',
    fields: { from: '/mobile', text: '/smsContent', at: '/sendTime', to: '/addSerial' },
    signature: {
      algorithm: 'hmac-sha256', key: '{secret.key}', over: '{field.sendTime}{body}',
      given: 'header.X-Sign', timestamp: 'header.X-Time',
    }, // prettier-ignore
  },
};

describe('a provider with MD5 over its parts and a body in base64', () => {
  const provider = describeProvider(CARRIER, env);

  it('gets the body, and another mark on every try of the same message', () => {
    const { method, url, headers, body } = requestOf(provider, SMS);
    expect([method, url]).toEqual(['POST', 'https://mas.example.cn/sms/norsubmit']);
    expect(headers).toEqual({ 'Content-Type': 'text/plain', 'X-Try': `${SMS.id}-1499827339000` });
    const mac = createHash('md5').update(`云汀市hotlines3cret13800000001${SMS.text}aB3xYz`).digest('hex'); // prettier-ignore
    expect(JSON.parse(Buffer.from(body!, 'base64').toString())).toEqual({
      ecName: '云汀市', apId: 'hotline', mobiles: '13800000001', content: SMS.text, sign: 'aB3xYz', addSerial: '', mac,
    }); // prettier-ignore
  });

  const foreign = (body: string, more: { token?: string; sign?: string; time?: string } = {}) => ({
    body,
    header: (name: string) => ({ 'X-Sign': more.sign, 'X-Time': more.time })[name] ?? '',
    query: { token: more.token ?? 's3cret' },
    now: new Date('2026-09-21T02:00:00Z'),
  });
  const REPORT = '[{"msgGroup":"0330","errorCode":"DELIVRD","receiveDate":"20260921100001"},{"msgGroup":"0331","errorCode":"MK:0013","receiveDate":""}]'; // prettier-ignore

  it('reports in its own form, and only with its token', () => {
    const [a, b] = foreignReceipts(provider, foreign(REPORT));
    expect(JSON.parse(a!.body)).toEqual({ providerId: '0330', state: 'delivered', code: 'DELIVRD', at: '2026-09-21T02:00:01.000Z' }); // prettier-ignore
    expect(JSON.parse(b!.body)).toEqual({ providerId: '0331', state: 'undelivered', code: 'MK:0013' }); // prettier-ignore
    expect(foreignReceipts(provider, foreign(REPORT))[0]!.id).toBe(a!.id);
    for (const token of ['', 's3cre', 's3cretx'])
      expect(() => foreignReceipts(provider, foreign(REPORT, { token }))).toThrow('signature_refused'); // prettier-ignore
    expect(() => foreignReceipts(provider, foreign('{"msgGroup":'))).toThrow('invalid_json');
    expect(() => foreignReceipts(provider, foreign('{}'))).toThrow('invalid_input');
  });

  it('brings messages signed and fresh; the same one has the same id', async () => {
    const body = 'mobile=%2B8613800000001&smsContent=%E8%BF%9B%E5%BA%A6&sendTime=2026-09-21+09%3A59%3A59'; // prettier-ignore
    const { createHmac } = await import('node:crypto');
    const sign = createHmac('sha256', 's3cret').update(`2026-09-21 09:59:59${body}`).digest('hex');
    const time = String(Date.UTC(2026, 8, 21, 1, 58) / 1000);
    const [m] = foreignInbound(provider, foreign(body, { sign, time }));
    expect(JSON.parse(m!.body)).toMatchObject({ from: '13800000001', text: '进度', at: '2026-09-21T01:59:59.000Z' }); // prettier-ignore
    expect(foreignInbound(provider, foreign(body, { sign, time }))[0]).toEqual(m);
    const stale = String(Date.UTC(2026, 8, 21, 1, 54) / 1000);
    for (const wrong of [{ sign, time: stale }, { sign: sign.slice(1), time }, { sign }, {}])
      expect(() => foreignInbound(provider, foreign(body, wrong))).toThrow('signature_refused');
  });

  it('reads instants as providers write them', () => {
    const same = ['2026-09-21 10:00:01', '20260921100001', '1789956001', '1789956001000', '2026-09-21T02:00:01Z', '2026-09-21T10:00:01+08:00']; // prettier-ignore
    expect(new Set(same.map(instantOf))).toEqual(new Set(['2026-09-21T02:00:01.000Z']));
    expect(['', 'gestern', '0', '2026-99'].map(instantOf)).toEqual([undefined, undefined, undefined, undefined]); // prettier-ignore
  });
});

describe('a description', () => {
  it('of the plain gateway is what it always was', () => {
    const request = requestOf(genericProvider('http://gw/{a}', 'tok'), SMS);
    expect(request).toEqual({
      method: 'POST',
      url: 'http://gw/{a}',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': SMS.id, Authorization: 'Bearer tok' }, // prettier-ignore
      body: JSON.stringify({ id: SMS.id, to: SMS.to, text: SMS.text }),
    });
    expect(requestOf(genericProvider('http://gw', undefined), SMS).headers).not.toHaveProperty('Authorization'); // prettier-ignore
  });

  const faults = (raw: unknown): string => {
    try {
      describeProvider(raw, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.faults.join('\n');
      throw error;
    }
    return '';
  };

  it('tells all that is wrong with it at once, and no secret', () => {
    const said = faults({
      ...RPC,
      secrets: { id: 'SMS_KEY_ID', key: 'SMS_KEY', other: 'NOT_SET' },
      plainText: false,
      send: {
        ...RPC.send,
        query: { ...RPC.send.query, PhoneNumbers: '{phone}', SignName: '{sign_name|rot13}', Version: '{' }, // prettier-ignore
        json: {},
        form: {},
      },
      receipts: { ...CARRIER.receipts, signature: { algorithm: 'plain', over: 'x', given: 'query.t' } }, // prettier-ignore
    });
    for (const fault of [
      'send.query.PhoneNumbers: unknown place {phone}',
      'send.query.SignName: unknown filter |rot13',
      'send.query.Version: a single {',
      'form or json, not both',
      'GET has no body',
      'plainText is false and these kinds have none: assigned',
      'door: receipts and inbound need a source',
      'receipts.signature: proves nothing without a secret',
      'secrets.other: NOT_SET is not set',
    ])
      expect(said).toContain(fault);
    expect(said).not.toContain('testSecret');
    const shape = faults({ name: 'X Y', send: { url: 'ftp://x', method: 'PATCH' }, more: 1 });
    for (const fault of ['name:', 'send.url:', 'send.method:', 'more']) expect(shape).toContain(fault); // prettier-ignore
    expect(faults({ ...CARRIER, send: { ...CARRIER.send, signature: undefined } })).toContain('belong together'); // prettier-ignore
  });

  it('without a template for a kind sends nothing at all where words may not go out', () => {
    const provider = describeProvider(RPC, env);
    const strict = { ...provider, description: { ...provider.description, plainText: false } };
    expect(() => requestOf(strict, { ...SMS, kind: 'urged' })).toThrow(Refused);
  });

  it('as the README prints it can be read', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const printed = /Connecting an SMS provider[\s\S]*?```json\n([\s\S]*?)```/.exec(readme)?.[1];
    const provider = describeProvider(JSON.parse(printed ?? ''), (name) => `value of ${name}`);
    const { url, headers, body } = requestOf(provider, SMS);
    expect(url).toMatch(/^https:/);
    expect(`${JSON.stringify(headers)}${body}`).not.toMatch(/\{[\w.|]+\}/);
    expect(JSON.parse(body!)).toMatchObject({ phone: '+8613800000001', template: 'SMS_1001', params: { code: 'K7M4QX' } }); // prettier-ignore
  });
});
