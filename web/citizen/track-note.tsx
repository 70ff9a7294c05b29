/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { AppError, fail } from '../../src/kernel/errors.ts';
import { translate } from '../../src/kernel/i18n/index.ts';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { hit } from '../../src/platform/throttle.ts';
import type { Call } from '../../src/platform/unit-of-work.ts';
import { citizenOrder, doAct } from '../../src/workorder/index.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import { TEXT_MAX, optionalText, text as textInput } from '../../src/workorder/schema.ts';
import { citizenOf, toDoor, toOrder } from './citizen.ts';
import type { Citizen } from './citizen.ts';
import type { Said } from './cookies.ts';
import { heardIn } from './danger.tsx';
import { AGAIN_FIELD, NOTE_LIMIT, onePhotoBody, photoBody, photosLeftOut } from './limits.ts';
import type { Mistake } from './parts.tsx';
import { answerPhoto, takePhotos, waitingPhotos, waitingThumb } from './photos.ts';
import { keyFrom, newKey, photoIdsIn } from './submit-form.ts';
import { NotePage } from './track-forms.tsx';
import type { Added } from './track-forms.tsx';
import { mayNow } from './track-pages.tsx';
import { posted, show, switched, viewOf } from './view.ts';
import type { Posted, Say, Site, View } from './view.ts';

const TEXT = textInput(TEXT_MAX.content);
const PLACE = optionalText(TEXT_MAX.short);

const addedFrom = (form: Posted): Added => ({
  key: keyFrom(form.one('key')),
  text: form.one('text').replace(/\r\n?/g, '\n'),
  address: form.one('address'),
  photos: photoIdsIn(form).filter((id) => id !== form.one('drop')),
});

/** What is wrong; photos or a place alone say enough. */
function wrongIn(say: Say, added: Added): Mistake[] {
  const mistakes: Mistake[] = [];
  const { text, address, photos } = added;
  const isEmpty = text.trim() === '';
  if (isEmpty && address.trim() === '' && photos.length === 0) {
    mistakes.push({ field: 'text', text: say('citizen.err.note_empty') });
  } else if (!isEmpty && !TEXT.safeParse(text).success) {
    const n = TEXT_MAX.content;
    mistakes.push({ field: 'text', text: say('citizen.err.text_long', { n }) });
  }
  if (!PLACE.safeParse(address).success) {
    const n = TEXT_MAX.short;
    mistakes.push({ field: 'address', text: say('citizen.err.address_long', { n }) });
  }
  return mistakes;
}

/** What staff read where no words were written; in Chinese, whatever the page speaks. */
function wordsOf({ text, photos }: Added): string {
  if (text.trim() !== '') return text;
  const key = photos.length > 0 ? 'citizen.note.only_photos' : 'citizen.note.only_place';
  return translate('zh-CN', key);
}

/** The same form pressed twice is one; files that came along count by name and size. */
function onceOf(site: Site, actor: Citizen, added: Added, sent: readonly string[]): Call['once'] {
  const hash = site.deps.crypto.mac('request', JSON.stringify([added.text, added.address, sent]));
  return { scope: `citizen:${actor.orderId}`, key: added.key, hash };
}

/** Answers what was asked, or, when that has gone on meanwhile or nothing was asked, adds a note. */
async function add(site: Site, actor: Citizen, order: CitizenOrder, added: Added, call: Call) {
  const { deps } = site;
  const text = TEXT.parse(wordsOf(added));
  const attachmentIds = added.photos;
  if (order.supplement) {
    const input = { text, address: PLACE.parse(added.address), attachmentIds };
    await doAct(deps, actor, order.id, 'supplement', undefined, input, call);
    return 'supplemented' as const;
  }
  const place = added.address.trim();
  const all = place === '' ? text : TEXT.parse(`${text}\n${place}`.slice(0, TEXT_MAX.content));
  const input = { text: all, visibility: 'public', attachmentIds } as const;
  await doAct(deps, actor, order.id, 'note', undefined, input, call);
  return place === '' ? ('noted' as const) : ('went_on' as const);
}

async function count(site: Site, actor: Citizen): Promise<void> {
  const bucket = `note:order:${site.deps.crypto.mac('throttle', actor.orderId)}`;
  const used = await hit(site.deps.db, bucket, NOTE_LIMIT.windowMinutes);
  if (used > NOTE_LIMIT.perOrder) throw new AppError('too_many_attempts');
}

/** Refusals after which the citizen may press again; everything typed stays. */
const AGAIN: Partial<Record<string, { field: string; key: TextKey; status: 422 | 429 | 503 }>> = {
  too_many_attempts: { field: 'text', key: 'citizen.err.note_throttled', status: 429 },
  invalid_input: { field: 'photos', key: 'citizen.err.photo_gone', status: 422 },
  attachment_limit: { field: 'photos', key: 'citizen.err.photo_limit', status: 422 },
  busy: { field: 'text', key: 'citizen.err.busy', status: 503 },
};

interface Asked {
  c: Context<Env>;
  site: Site;
  view: View;
  actor: Citizen;
  order: CitizenOrder;
  /** It was sent before, and given back by an error page. */
  again?: boolean;
}

async function page(
  { c, site, view, actor, order }: Asked,
  added: Added,
  wrong: Mistake[],
  status?: 413 | 422 | 429 | 503,
) {
  const photos = await waitingPhotos(site, { orderId: actor.orderId }, added.photos);
  const kept = { ...added, photos: photos.map((p) => p.id) };
  const props = { view, added: kept, photos, mistakes: wrong, asked: order.supplement };
  return show(c, view, <NotePage {...props} />, { status, script: true });
}

async function save(ask: Asked, added: Added, sent: readonly string[]): Promise<Response> {
  const { c, site, view, actor, order } = ask;
  try {
    await count(site, actor);
    const once = onceOf(site, actor, added, sent);
    const said: Said = await add(site, actor, order, added, {
      ...c.get('call'),
      ...(once && { once }),
    });
    const heard = await heardIn(site, { content: added.text, address: added.address });
    return toOrder(c, site, heard.danger ? 'danger' : said);
  } catch (error) {
    const code = error instanceof AppError ? error.code : '';
    const isReused = code === 'idempotency_key_reused';
    // What an error page gave back had arrived: whether there is more to say, the citizen says.
    if (isReused && ask.again) {
      const mistake = { field: 'text', text: view.say('citizen.err.note_stored') };
      return page(ask, { ...added, key: newKey() }, [mistake], 422);
    }
    // Went back, wrote something else, pressed again: that is one more thing to add.
    if (isReused) return save(ask, { ...added, key: newKey() }, sent);
    if (code === 'state_conflict') return toOrder(c, site, 'not_now');
    const again = AGAIN[code];
    if (!again) throw error;
    return page(ask, added, [{ field: again.field, text: view.say(again.key) }], again.status);
  }
}

async function post(c: Context<Env>, site: Site): Promise<Response> {
  const form = await posted(c, site, { files: true });
  const view = viewOf(c, site, form.chosen ?? {});
  const actor = citizenOf(c, site);
  if (!actor) return toDoor(c, site);
  const order = await citizenOrder(site.deps.db, actor, actor.orderId, view.language);
  const again = form.one(AGAIN_FIELD) !== '';
  const ask = { c, site, view, actor, order, again };
  const typed = addedFrom(form);
  const from = { orderId: actor.orderId };
  const files = { files: form.files, known: typed.photos };
  const { ids, mistakes } = await takePhotos(c, site, view.say, from, files);
  const added = { ...typed, photos: ids };
  const stays = form.chosen || form.one('go') === 'photos' || form.one('drop') !== '';
  if (stays && mistakes.length === 0) return page(ask, added, []);
  const wrong = [...mistakes, ...(stays ? [] : wrongIn(view.say, added))];
  if (wrong.length > 0) return page(ask, added, wrong, photosLeftOut(c) ? 413 : 422);
  const sent = [...typed.photos, ...form.files.map((f) => `${f.name} ${f.size}`)];
  return save(ask, added, sent);
}

/** Adding to the own order: what was asked for, or whatever there is to say, with photos. */
export const notePages = (site: Site) =>
  new Hono<Env>()
    .get('/note', async (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      const view = viewOf(c, site);
      const order = await citizenOrder(site.deps.db, actor, actor.orderId, view.language);
      if (!mayNow('note', order) && !mayNow('supplement', order)) {
        return toOrder(c, site, 'not_now');
      }
      const blank = { key: newKey(), text: '', address: '', photos: [] };
      return page({ c, site, view, actor, order }, blank, []);
    })
    .post('/note', photoBody(site), (c) => post(c, site))
    .post('/photos', onePhotoBody(site), (c) =>
      answerPhoto(c, site, () => {
        const actor = citizenOf(c, site);
        return actor && { orderId: actor.orderId };
      }),
    )
    .get('/photos/:id', (c) => {
      const { orderId } = citizenOf(c, site) ?? fail('not_found');
      return waitingThumb(c, site, { orderId });
    });
