import { Hono } from 'hono';
import type { Context } from 'hono';
import { fail } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import { languageOf } from '../kernel/i18n/index.ts';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { sendFile } from '../platform/http/file.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { ATTACHMENT_MAX } from '../workorder/schema.ts';
import { readable, readableOfContact } from './access.ts';
import { takeNext } from './assign.ts';
import { addCanned, cannedAnswers, changeCanned } from './canned.ts';
import { chatDetail, chatMessages, colleagues, desk, requireDesk, requireOperator, seatView } from './desk.ts'; // prettier-ignore
import { answerPicture, pictureForStaff, pictureOf, stageFromChat } from './images.ts';
import type { Sent } from './images.ts';
import {
  cannedChange,
  cannedInput,
  messageInput,
  pageQuery,
  seatInput,
  seenInput,
  transferInput,
} from './schema.ts';
import { answer, end, note, seen, setSeat, transfer } from './service.ts';
import { transcript } from './transcript.ts';

/** @throws AppError `attachment_too_large` for what says so itself. */
export function notTooLarge(c: Context<Env>): void {
  const { bytes: bytesMax } = ATTACHMENT_MAX;
  if (Number(c.req.header('content-length') ?? 0) > bytesMax)
    fail('attachment_too_large', { bytesMax });
}

/** The bytes of a picture as they come, under the id in `X-Message-Id`. */
export function pictureFrom(c: Context<Env>): Sent {
  const id = c.req.header('x-message-id') ?? '';
  const issues = [{ path: 'X-Message-Id', message: 'no id', code: 'custom' }];
  if (!isId(id)) fail('invalid_input', { issues });
  const body = c.req.raw.body as (ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) | null;
  return { id, source: body ?? fail('attachment_refused') };
}

/** Where a staff member's picture lies in a chat. */
const at = (c: Context<Env>, part: 'file' | 'thumb') => ({
  chatId: pathId(c.req.param('id')),
  id: pathId(c.req.param('imageId')),
  part,
});

/** The chat desk: the seat, the chats, what is said in them. */
export const chatRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/chat/seat', async (c) =>
      c.json(await seatView(deps, requireOperator(staff(c)).userId), 200),
    )
    .put('/chat/seat', valid('json', seatInput), async (c) =>
      c.json(await setSeat(deps, requireOperator(staff(c)), c.req.valid('json')), 200),
    )
    .get('/chat/chats', async (c) => c.json(await desk(deps, requireDesk(staff(c))), 200))
    .get('/chat/colleagues', async (c) =>
      c.json(await colleagues(deps, requireOperator(staff(c))), 200),
    )
    .post('/chat/take', async (c) => c.json(await takeNext(deps, requireOperator(staff(c))), 200))
    .get('/chat/chats/:id', async (c) => {
      const actor = requireDesk(staff(c));
      return c.json(await chatDetail(deps, actor, pathId(c.req.param('id'))), 200);
    })
    .get('/chat/chats/:id/messages', valid('query', pageQuery), async (c) => {
      const actor = requireDesk(staff(c));
      const id = pathId(c.req.param('id'));
      const language = languageOf(c.req.header('accept-language'));
      return c.json(await chatMessages(deps, actor, id, c.req.valid('query'), language), 200);
    })
    .post('/chat/chats/:id/messages', valid('json', messageInput), async (c) => {
      const actor = requireOperator(staff(c));
      return c.json(await answer(deps, actor, pathId(c.req.param('id')), c.req.valid('json')), 200);
    })
    .post('/chat/chats/:id/notes', valid('json', messageInput), async (c) => {
      const actor = requireDesk(staff(c));
      return c.json(await note(deps, actor, pathId(c.req.param('id')), c.req.valid('json')), 200);
    })
    .post('/chat/chats/:id/seen', valid('json', seenInput), async (c) => {
      const { seq } = c.req.valid('json');
      await seen(deps, requireOperator(staff(c)), pathId(c.req.param('id')), seq);
      return c.body(null, 204);
    })
    .post('/chat/chats/:id/transfer', valid('json', transferInput), async (c) => {
      const actor = requireOperator(staff(c));
      await transfer(deps, actor, pathId(c.req.param('id')), c.req.valid('json'));
      return c.body(null, 204);
    })
    .post('/chat/chats/:id/end', async (c) => {
      await end(deps, requireOperator(staff(c)), pathId(c.req.param('id')));
      return c.body(null, 204);
    })
    .post('/chat/chats/:id/images', async (c) => {
      notTooLarge(c);
      const actor = requireOperator(staff(c));
      const { id } = await readable(deps, actor, pathId(c.req.param('id')));
      return c.json(await answerPicture(deps, actor, id, pictureFrom(c)), 200);
    })
    .get('/chat/chats/:id/images/:imageId', async (c) =>
      sendFile(c, await pictureForStaff(deps, requireDesk(staff(c)), at(c, 'file'))),
    )
    .get('/chat/chats/:id/images/:imageId/thumb', async (c) =>
      sendFile(c, await pictureForStaff(deps, requireDesk(staff(c)), at(c, 'thumb'))),
    )
    .post('/chat/chats/:id/images/:imageId/stage', async (c) => {
      const actor = requireOperator(staff(c));
      const { chatId, id } = at(c, 'file');
      return c.json(await stageFromChat(deps, actor, chatId, id), 200);
    })
    .get('/chat/contacts/:id/transcript', async (c) => {
      const id = pathId(c.req.param('id'));
      const language = languageOf(c.req.header('accept-language'));
      return c.json(await transcript(deps, staff(c), id, language), 200);
    })
    .get('/chat/contacts/:id/images/:imageId', async (c) => {
      const { id } = await readableOfContact(deps, staff(c), pathId(c.req.param('id')));
      return sendFile(c, await pictureOf(deps, id, pathId(c.req.param('imageId')), 'file'));
    })
    .get('/chat/contacts/:id/images/:imageId/thumb', async (c) => {
      const { id } = await readableOfContact(deps, staff(c), pathId(c.req.param('id')));
      return sendFile(c, await pictureOf(deps, id, pathId(c.req.param('imageId')), 'thumb'));
    })
    .get('/chat/canned-answers', async (c) => {
      requireDesk(staff(c));
      return c.json(await cannedAnswers(deps), 200);
    })
    .post('/chat/canned-answers', valid('json', cannedInput), async (c) =>
      c.json(await addCanned(deps, staff(c), c.req.valid('json'), c.get('call')), 201),
    )
    .put('/chat/canned-answers/:id', valid('json', cannedChange), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(
        await changeCanned(deps, staff(c), id, c.req.valid('json'), c.get('call')),
        200,
      );
    });
