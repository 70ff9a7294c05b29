/** The contract with a switch as OpenAPI 3.1, made from the schemas that read the messages. */
import { z } from 'zod';
import { HEADERS } from '../door/index.ts';
import { EXAMPLES } from './examples.ts';
import { ctiEvent, routeAnswer, routeQuestion, switchCommand } from './schema.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output' = 'input') => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io });
  return json;
};

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: string, examples: Record<string, unknown>) => ({
  'application/json': {
    schema: ref(name),
    examples: Object.fromEntries(Object.entries(examples).map(([k, value]) => [k, { value }])),
  },
});

const DESCRIPTIONS: Record<keyof typeof HEADERS, string> = {
  source: 'Name of the sender as it was opened; from the platform: hotline.',
  timestamp: 'Seconds since 1970, real time; 300 s off at most. A re-try is signed anew.',
  id: "The sender's id of the message, the same on every try, at most 120 characters.",
  signature: 'v1= and hex HMAC-SHA256(secret, timestamp + "." + id + "." + body).',
};
const parameters = (Object.keys(HEADERS) as (keyof typeof HEADERS)[]).map((name) => ({
  name: HEADERS[name],
  in: 'header',
  required: true,
  description: DESCRIPTIONS[name],
  schema: { type: 'string' },
}));

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});
const refusals = {
  '401': problem('Bad or missing signature, unknown source, or outside the window.'),
  '413': problem('Larger than 64 KiB.'),
  '429': problem("Over the source's limit; an emergency never is."),
  '503': problem('Not taken; try again with the same id.'),
};

const events = {
  post: {
    operationId: 'tellEvent',
    summary: 'One event of a call. Twice, late or in any order: `at` decides, and an end is final.',
    parameters,
    requestBody: { required: true, content: json('Event', EXAMPLES.events) },
    responses: {
      '200': {
        description:
          'Authentic and kept: `done`, or `dead` where nobody can take it (it lies with the dead letters).',
        content: json('Taken', { done: EXAMPLES.taken }),
      },
      '409': problem('The same id came with another body.'),
      ...refusals,
    },
  },
};

const route = {
  post: {
    operationId: 'whoTakesThisCall',
    summary:
      'Who takes this call? Also stands for call.ringing. Ask again after askAgainMs, and at once when an offer came to nothing (`tried`, which names the offer: a word of an earlier one changes nothing).',
    parameters,
    requestBody: { required: true, content: json('RouteQuestion', EXAMPLES.questions) },
    responses: {
      '200': { description: 'What to do with the call.', content: json('RouteAnswer', EXAMPLES.answers) }, // prettier-ignore
      '409': problem('The name of a call whose days are over.'),
      '422': problem('Not a question.'),
      ...refusals,
    },
  },
};

const commands = {
  post: {
    operationId: 'command',
    summary: 'Sent by the platform to CTI_COMMAND_URL. What came of it is told by events.',
    parameters,
    requestBody: { required: true, content: json('Command', EXAMPLES.commands) },
    responses: {
      '2XX': { description: 'Taken.' },
      '404': { description: 'The switch has no such call.' },
      '4XX': { description: 'Refused.' },
    },
  },
};

/** The whole document; test/golden/cti-openapi.json is its written form. */
export const ctiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Hotline 12345: contract with a telephone switch',
    version: '1.0.0',
    description:
      'A switch tells what happens to calls, asks who takes them, and takes commands of the desk. Every message is signed in both directions.',
  },
  paths: { '/cti/v1/events': events, '/cti/v1/route': route },
  webhooks: { command: commands },
  components: {
    schemas: {
      Event: schemaOf(ctiEvent),
      RouteQuestion: schemaOf(routeQuestion),
      RouteAnswer: schemaOf(routeAnswer, 'output'),
      Command: schemaOf(switchCommand),
      Taken: {
        type: 'object',
        properties: {
          id: { type: 'string', format: 'uuid' },
          state: { enum: ['done', 'dead', 'given_up'] },
          callId: { type: 'string', format: 'uuid' },
        },
        required: ['id', 'state'],
      },
      Problem: {
        type: 'object',
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          code: { type: 'string' },
          traceId: { type: 'string' },
        },
        required: ['type', 'title', 'status', 'code'],
      },
    },
  },
});
