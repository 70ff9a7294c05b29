import { Hono } from 'hono';
import type { Context } from 'hono';
import { fail } from '../kernel/errors.ts';
import { idempotencyKey, staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { sendFile } from '../platform/http/file.ts';
import { pathId } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { attachmentForStaff, dropAttachment, stage } from './attachment.service.ts';
import type { Upload } from './attachment.service.ts';
import { ATTACHMENT_MAX } from './schema.ts';

/** Longest `X-File-Name`, percent-encoded; what is longer than a name may be is cut later. */
const HEADER_MAX = 2_000;

/** The bytes of the request as they come, and the name from its header. */
function uploadOf(c: Context<Env>): Upload {
  const wrong = () =>
    fail('invalid_input', {
      issues: [{ path: 'X-File-Name', message: 'unreadable', code: 'custom' }],
    });
  if (Number(c.req.header('content-length') ?? 0) > ATTACHMENT_MAX.bytes)
    fail('attachment_too_large', { bytesMax: ATTACHMENT_MAX.bytes });
  const given = c.req.header('x-file-name') ?? '';
  if (given.length > HEADER_MAX) wrong();
  const body = c.req.raw.body as (ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) | null;
  try {
    return { name: decodeURIComponent(given), source: body ?? fail('attachment_refused') };
  } catch (error) {
    if (error instanceof URIError) return wrong();
    throw error;
  }
}

/**
 * Files of orders. `POST /attachments` takes the bare bytes of one file, so that a browser can show
 * how far it is, with its name percent-encoded in `X-File-Name`; the ids it answers go with an act.
 */
export const attachmentRoutes = (deps: Deps) =>
  new Hono<Env>()
    .post('/attachments', async (c) => {
      const actor = staff(c);
      const upload = uploadOf(c);
      const request = { key: idempotencyKey(c), traceId: c.get('traceId') };
      return c.json(await stage(deps, actor, upload, request), 201);
    })
    .delete('/attachments/:id', async (c) => {
      await dropAttachment(deps, staff(c), pathId(c.req.param('id')));
      return c.body(null, 204);
    })
    .get('/attachments/:id', async (c) =>
      sendFile(c, await attachmentForStaff(deps, staff(c), pathId(c.req.param('id')), 'file')),
    )
    .get('/attachments/:id/thumb', async (c) =>
      sendFile(c, await attachmentForStaff(deps, staff(c), pathId(c.req.param('id')), 'thumb')),
    );
