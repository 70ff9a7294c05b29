/** How an SMS provider is described: the file that `SMS_PROVIDER_FILE` names. */
import { z } from 'zod';
import { DELIVERY_KINDS } from './rules.ts';

/** Place of a value in a JSON answer (RFC 6901), e.g. `/Response/SendStatusSet/0/Code`; '' = all of it. */
const pointer = z
  .string()
  .regex(/^(\/[^/]*)*$/, 'must be a JSON pointer: empty, or starting with /');
/** Text with places: `{to}`, `{text|url}`, `{secret.key}`; a brace itself is doubled. */
const template = z.string().max(4000);
const names = z.string().regex(/^[\w.-]{1,80}$/);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

export const ALGORITHMS = [
  'hmac-sha256',
  'hmac-sha1',
  'sha256',
  'sha1',
  'md5',
  /** Only for what comes in: a token that both know. */
  'plain',
] as const;
export const signatureRecipe = z.strictObject({
  algorithm: z.enum(ALGORITHMS),
  /** Key of an HMAC. */
  key: template.default(''),
  over: template,
  encoding: z.enum(['hex', 'HEX', 'base64']).default('hex'),
});
export type SignatureRecipe = z.infer<typeof signatureRecipe>;

const send = z.strictObject({
  method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
  url: template.regex(/^https?:\/\//, 'must start with http:// or https://'),
  query: z.record(names, template).default({}),
  headers: z.record(names, template).default({}),
  /** One of both: fields of a form, or any JSON whose texts are templates. */
  form: z.record(names, template).optional(),
  json: z.json().optional(),
  /** Some gateways want the whole body once more in base64. */
  bodyBase64: z.boolean().default(false),
  signature: signatureRecipe.optional(),
  /** Seconds for the whole answer; below the lease of a try. */
  timeoutSeconds: z.number().int().min(1).max(20).default(8),
  success: z
    .strictObject({
      status: z.array(z.number().int().min(100).max(599)).min(1).optional(),
      pointer: pointer.optional(),
      equals: z.array(scalar).min(1).optional(),
    })
    .refine((s) => (s.pointer === undefined) === (s.equals === undefined), {
      message: 'pointer and equals belong together',
    })
    .default({}),
  /** The provider's own id of the message, by which receipts name it. */
  messageId: pointer.optional(),
  /** A code that says why it was refused; shown to staff. */
  errorCode: pointer.optional(),
  /** Codes after which no further try helps: a number that does not exist. */
  never: z.array(z.string().max(60)).default([]),
});

/** Something the provider sends us: where its values stand, and how it proves who it is. */
const incoming = <F extends z.ZodRawShape>(fields: F) =>
  z.strictObject({
    format: z.enum(['json', 'form']),
    /** Where the list of messages stands; absent: the body is one message. */
    items: pointer.optional(),
    fields: z.strictObject(fields),
    signature: signatureRecipe.extend({
      /** Where the given signature stands: `header.X`, `query.x` or `field.x`. */
      given: z.string().regex(/^(header|query|field)\.[\w-]{1,80}$/),
      /** Unix seconds that it covers, if any; then it may be at most five minutes off. */
      timestamp: z
        .string()
        .regex(/^(header|query|field)\.[\w-]{1,80}$/)
        .optional(),
    }),
    /** What the provider takes for "received". */
    answer: z
      .strictObject({
        body: z.string().max(500).default(''),
        contentType: z.string().max(80).default('application/json'),
      })
      .default({ body: '', contentType: 'application/json' }),
  });

export const providerDescription = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/),
  /** Names used below → environment variables that hold them. */
  secrets: z
    .record(z.string().regex(/^\w{1,40}$/), z.string().regex(/^[A-Z][A-Z0-9_]{2,60}$/))
    .default({}),
  signName: z.string().max(40).default(''),
  send,
  /** Templates registered with the provider, by kind of message; values as in `notice.<kind>`. */
  templates: z
    .partialRecord(
      z.enum(DELIVERY_KINDS),
      z.strictObject({ id: z.string().min(1).max(80), params: z.record(names, template) }),
    )
    .default({}),
  /** Whether a kind without a template goes out as its words. */
  plainText: z.boolean().default(true),
  /** The door source (`open-source`) that stands for what the provider sends in its own form. */
  door: z.strictObject({ source: z.string().min(2).max(40) }).optional(),
  receipts: incoming({
    /** Our id, if the provider gives it back. */
    id: pointer.optional(),
    providerId: pointer.optional(),
    state: pointer,
    code: pointer.optional(),
    at: pointer.optional(),
  })
    .extend({ delivered: z.array(scalar).min(1), submitted: z.array(scalar).default([]) })
    .refine((r) => r.fields.id !== undefined || r.fields.providerId !== undefined, {
      message: 'needs id or providerId',
      path: ['fields'],
    })
    .optional(),
  inbound: incoming({
    messageId: pointer.optional(),
    from: pointer,
    to: pointer.optional(),
    text: pointer,
    at: pointer.optional(),
  }).optional(),
});
export type ProviderDescription = z.infer<typeof providerDescription>;
