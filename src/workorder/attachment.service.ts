/** Files of orders: taken in, shown to those who may, forgotten when nothing came of them. */
import { organizationsById, worksInCenter } from '../identity/index.ts';
import { holds, userIdOf } from '../kernel/actor.ts';
import type { CitizenActor, StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { CENTER_ROLES, UNIT_ROLES } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { replay, requestHash } from '../platform/idempotency.ts';
import { remake } from '../platform/pictures.ts';
import type { PictureKind } from '../platform/pictures.ts';
import type { Incoming } from '../platform/storage.ts';
import { hit } from '../platform/throttle.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { formOwner, ownerOf } from './attachment.bind.ts';
import type { Owner } from './attachment.bind.ts';
import { UPLOAD_LIMIT, fileName, kindOf, mayReadAttachment } from './attachment.rules.ts';
import type { AttachmentReader } from './attachment.rules.ts';
import * as store from './attachment.store.ts';
import type { AttachmentRow } from './attachment.store.ts';
import { unitRef } from './lists.ts';
import { ATTACHMENT_MAX } from './schema.ts';
import type { AttachmentMime, AttachmentView } from './schema.ts';
import { lockOrder } from './store.ts';
import { visibleOrder } from './visible.ts';

export type { AttachmentReader } from './attachment.rules.ts';

/** Where the two kinds of readers fetch a file; `/thumb` behind it is the small picture. */
const STAFF_FILES = '/api/attachments';
export const CITIZEN_FILES = '/track/files';

/** A file as it arrives: its bytes, and what its owner calls it. */
export interface Upload {
  name: string;
  source: AsyncIterable<Uint8Array>;
}

/** Which decoder a picture is given; a PDF has none. */
const PICTURE_KIND: Record<AttachmentMime, PictureKind | null> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': null,
};

/** What of a file is kept: contents in the storage, and their measures for the row. */
type Kept = Pick<AttachmentRow, 'mime' | 'bytes' | 'width' | 'height' | 'sha256' | 'thumb_sha256'>;

/**
 * Decides what a file is and puts it into the storage: a picture made anew, a PDF as it came.
 * A scanner for viruses, where an installation has one, looks at `got` here, before anything is put.
 * @throws AppError `attachment_refused`.
 */
export async function keep(deps: Deps, got: Incoming): Promise<Kept> {
  const mime = kindOf(got.head, got.tail) ?? fail('attachment_refused');
  const kind = PICTURE_KIND[mime];
  if (!kind) {
    const sha256 = await deps.storage.put(got);
    return { mime, bytes: got.bytes, width: null, height: null, sha256, thumb_sha256: null };
  }
  const { data, width, height, thumb } = await remake(got.path, kind);
  const sha256 = await deps.storage.put(data);
  const thumb_sha256 = await deps.storage.put(thumb);
  return { mime, bytes: data.length, width, height, sha256, thumb_sha256 };
}

/** Writes the row of contents that lie in the storage, which no sweep can take away meanwhile. */
export async function writeStaged(
  deps: Deps,
  actor: StaffActor | CitizenActor,
  owner: Owner,
  given: { name: string; kept: Kept },
  call?: Call,
): Promise<string> {
  const { kept } = given;
  const name = fileName(given.name, kept.mime);
  const { id } = await inTransaction(
    deps,
    actor,
    async (tx) => {
      await store.lockOwner(tx.db, owner);
      if (!call) {
        // Pages without a script send a file again with the form: it stays the one it was.
        const same = await store.findSame(tx.db, { owner, sha256: kept.sha256, name });
        if (same && (same.state === 'staged' || owner.startsWith('form:'))) return { id: same.id };
      }
      if ((await store.countStaged(tx.db, owner)) >= ATTACHMENT_MAX.staged)
        fail('attachment_limit');
      const contents = [kept.sha256, kept.thumb_sha256 ?? []].flat();
      await holdContents(deps, tx, contents);
      const made = newId();
      await store.insertStaged(tx.db, {
        ...kept,
        id: made,
        owner,
        uploaded_by: userIdOf(actor),
        name,
        created_at: tx.at,
      });
      return { id: made };
    },
    call,
  );
  return id;
}

/** Keeps contents from being swept until the row that names them is written. @throws AppError `busy`. */
export async function holdContents(deps: Deps, tx: Tx, contents: readonly string[]): Promise<void> {
  await store.lockContents(tx.db, contents);
  for (const content of contents) {
    if ((await deps.storage.size(content)) === null) fail('busy');
  }
}

/** Counts an upload of this hour. @throws AppError `too_many_attempts`. */
export async function throttled(deps: Deps, kind: 'source' | 'user', who: string): Promise<void> {
  const bucket = `attachment:${kind}:${deps.crypto.mac('throttle', who)}`;
  const used = await hit(deps.db, bucket, UPLOAD_LIMIT.windowMinutes);
  const max = kind === 'user' ? UPLOAD_LIMIT.perUser : UPLOAD_LIMIT.perSource;
  if (used > max) fail('too_many_attempts');
}

/**
 * Takes in a file of a member of staff, for an act that follows within a day.
 * @throws AppError `not_allowed`, `attachment_refused`, `attachment_too_large`, `attachment_limit`,
 *   `storage_unavailable`, `too_many_attempts`, `busy`, `idempotency_key_reused`.
 */
export async function stage(
  deps: Deps,
  actor: StaffActor,
  upload: Upload,
  request: { key: string; traceId: string },
): Promise<AttachmentView> {
  if (!holds(actor, ...CENTER_ROLES, ...UNIT_ROLES)) fail('not_allowed');
  await throttled(deps, 'user', actor.userId);
  const got = await deps.storage.receive(upload.source, ATTACHMENT_MAX.bytes);
  try {
    const scope = `attachment:${actor.userId}`;
    const hash = requestHash(deps.crypto, [upload.name, got.sha256]);
    const once = { scope, key: request.key, hash };
    const known = await replay<{ answer: { id: string } }>(deps.db, scope, request.key, hash);
    const id =
      known?.answer.id ??
      (await writeStaged(
        deps,
        actor,
        ownerOf(actor),
        { name: upload.name, kept: await keep(deps, got) },
        { traceId: request.traceId, once },
      ));
    return await viewOf(deps.db, id);
  } finally {
    await got.discard();
  }
}

/**
 * Takes in a file of a citizen that comes with a form; the same file sent again with the same form is
 * the same attachment.
 * @param from `formKey`: the random key of a form that makes an order; `orderId`: the citizen's order.
 * @param source the network address, for the throttle.
 * @throws AppError as `stage`, without keys.
 */
export async function stageForCitizen(
  deps: Deps,
  upload: Upload,
  from: { source: string } & ({ formKey: string } | { orderId: string }),
): Promise<AttachmentView> {
  await throttled(deps, 'source', from.source);
  const citizen: CitizenActor =
    'orderId' in from
      ? { kind: 'citizen', orderId: from.orderId, how: 'query_code' }
      : { kind: 'citizen', orderId: null, how: 'submission' };
  const owner = 'orderId' in from ? ownerOf(citizen) : formOwner(deps.crypto, from.formKey);
  const got = await deps.storage.receive(upload.source, ATTACHMENT_MAX.bytes);
  try {
    const kept = await keep(deps, got);
    return await viewOf(deps.db, await writeStaged(deps, citizen, owner, { ...upload, kept }));
  } finally {
    await got.discard();
  }
}

/** Forgets a file that its owner uploaded and that nobody else has seen. @throws AppError `not_found`. */
export const dropAttachment = (
  deps: Deps,
  actor: StaffActor | CitizenActor,
  id: string,
  owner?: Owner,
) =>
  inTransaction(deps, actor, async (tx) => {
    const whose = owner ?? ownerOf(actor);
    if (await store.deleteOwn(tx.db, id, whose, 'staged')) return;
    const row = await store.findAttachment(tx.db, id);
    if (!row?.reply_id || row.owner !== whose) return fail('not_found');
    await dropEvidence(tx, row, whose);
  });

/** Takes evidence out of a draft: who countersigns must have seen the draft as it is then. */
async function dropEvidence(tx: Tx, row: AttachmentRow, owner: Owner): Promise<void> {
  const order = (await lockOrder(tx.db, row.order_id!)) ?? fail('not_found');
  const assignmentId = (await store.renewDraft(tx.db, row.reply_id!)) ?? fail('not_found');
  if (!(await store.deleteOwn(tx.db, row.id, owner, 'bound'))) fail('not_found');
  const organizationId = row.organization_id!;
  tx.record(
    {
      type: 'reply.drafted',
      subjectType: 'assignment',
      subjectId: assignmentId,
      orderId: order.id,
      version: order.version,
      payload: { assignmentId, organizationId },
    },
    { party: row.party!, organizationId },
  );
}

/** What an owner has uploaded and not used yet, oldest first. */
export async function stagedOf(db: Reader, owner: Owner): Promise<AttachmentView[]> {
  return views(db, await store.listStaged(db, owner, ATTACHMENT_MAX.staged), STAFF_FILES);
}

async function viewOf(db: Reader, id: string): Promise<AttachmentView> {
  const row = (await store.findAttachment(db, id)) ?? fail('not_found');
  return (await views(db, [row], STAFF_FILES))[0]!;
}

async function views(db: Reader, rows: AttachmentRow[], base: string): Promise<AttachmentView[]> {
  const units = await organizationsById(
    db,
    rows.flatMap((r) => r.organization_id ?? []),
  );
  return rows.map((r) => ({
    id: r.id,
    name: r.name,
    mime: r.mime,
    bytes: r.bytes,
    width: r.width,
    height: r.height,
    // Until it is bound, it is its owner's alone.
    visibility: r.visibility ?? 'unit',
    party: r.party ?? 'system',
    organization: r.organization_id ? unitRef(units.get(r.organization_id)) : null,
    actId: r.act_id,
    replyId: r.reply_id,
    at: (r.bound_at ?? r.created_at).toISOString(),
    url: `${base}/${r.id}`,
    thumbUrl: r.thumb_sha256 ? `${base}/${r.id}/thumb` : null,
  }));
}

const mayRead = (r: AttachmentRow, reader: AttachmentReader): boolean =>
  mayReadAttachment(
    {
      visibility: r.visibility!,
      organizationId: r.organization_id,
      fromRequester: r.from_requester,
      confidential: r.confidential ?? false,
      draftOf: r.draft_of,
    },
    reader,
  );

/** The files of an order that this reader, who sees the order, may open; oldest first. */
export async function attachmentsOf(
  db: Reader,
  reader: AttachmentReader,
  orderId: string,
): Promise<AttachmentView[]> {
  const rows = await store.listOfOrder(db, orderId, ATTACHMENT_MAX.perOrder);
  const base = reader.kind === 'citizen' ? CITIZEN_FILES : STAFF_FILES;
  return views(
    db,
    rows.filter((r) => mayRead(r, reader)),
    base,
  );
}

/** The file itself, or its small picture. */
export type Part = 'file' | 'thumb';

async function contentOf(deps: Deps, r: AttachmentRow, part: Part) {
  const sha256 = part === 'file' ? r.sha256 : (r.thumb_sha256 ?? fail('not_found'));
  // A row whose content is gone is ours to mend, not the reader's to wonder about.
  const bytes = (await deps.storage.size(sha256)) ?? fail('storage_unavailable', {}, 'missing');
  return {
    name: r.name,
    mime: part === 'file' ? r.mime : 'image/jpeg',
    bytes,
    sha256,
    inline: r.mime !== 'application/pdf',
    open: () => deps.storage.open(sha256),
  };
}

/** What somebody of the staff may open: of an order what they may read there, else what they uploaded. */
export async function attachmentForStaff(deps: Deps, actor: StaffActor, id: string, part: Part) {
  const row = (await store.findAttachment(deps.db, id)) ?? fail('not_found');
  if (row.order_id === null) {
    if (row.owner !== ownerOf(actor)) fail('not_found');
    return contentOf(deps, row, part);
  }
  await visibleOrder(deps.db, actor, row.order_id);
  const reader = { kind: 'staff' as const, center: worksInCenter(actor), reach: actor.reach };
  if (!mayRead(row, reader)) fail('not_found');
  return contentOf(deps, row, part);
}

const CITIZEN: AttachmentReader = { kind: 'citizen', center: false, reach: new Set() };

/** What the citizen may open of the own order. @throws AppError `not_found`. */
export async function attachmentForCitizen(
  deps: Deps,
  citizen: CitizenActor,
  id: string,
  part: Part = 'file',
) {
  const row = (await store.findAttachment(deps.db, id)) ?? fail('not_found');
  if (row.order_id === null || row.order_id !== citizen.orderId) fail('not_found');
  return mayRead(row, CITIZEN) ? contentOf(deps, row, part) : fail('not_found');
}

/**
 * What was uploaded with a form, or for the own order, and not used yet: for who uploaded it.
 * @throws AppError `not_found`.
 */
export async function stagedForCitizen(deps: Deps, owner: Owner, id: string, part: Part) {
  const row = (await store.findAttachment(deps.db, id)) ?? fail('not_found');
  return row.owner === owner ? contentOf(deps, row, part) : fail('not_found');
}
