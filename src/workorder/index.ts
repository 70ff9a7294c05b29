export { adoptClocks } from './adopt.ts';
export { maySee } from './allowed.ts';
export { bindAttachments, formOwner, ownerOf } from './attachment.bind.ts';
export type { Binding, Owner } from './attachment.bind.ts';
export { attachmentRoutes } from './attachment.routes.ts';
export {
  CITIZEN_FILES,
  attachmentForCitizen,
  attachmentsOf,
  dropAttachment,
  stageForCitizen,
  stagedForCitizen,
  stagedOf,
} from './attachment.service.ts';
export type { Upload } from './attachment.service.ts';
export { countUpload, holdPicture, keepPicture, stagePicture } from './attachment.share.ts';
export type { KeptPicture } from './attachment.share.ts';
export { sweepAttachments } from './attachment.sweep.ts';
export { ROUND_MAX } from './effects.ts';
export { orderRow } from './lifecycle.ts';
export { heldBy, supervisedBy } from './order-effects.ts';
export { actAt, handsOfOrders, supervisionActs, textAt } from './supervised.store.ts';
export type { SupervisionAct } from './supervised.store.ts';
export { orderItems, ordersOfRequesters, unitRef } from './lists.ts';
export { pageOf, readCursor } from './page.ts';
export { eraseIdentities, keepIdentities, openIdentities, openIdentity } from './requester.ts';
export {
  candidates,
  orderByTail,
  ordersOfCaller,
  ownByTail,
  provenance,
  waitingOfCaller,
} from './similar.store.ts';
export type { Candidate, Ended } from './similar.store.ts';
export { signersOf } from './units.store.ts';
export { visibleOrder, whoSees } from './visible.ts';
export { createMany } from './register.ts';
export type { Numbered } from './register.ts';
export type { Incoming } from './register.ts';
export { workorderRoutes } from './routes.ts';
export { act, doAct, draftReply, doAssignmentAct, publicResult } from './service.ts';
export {
  assignmentsOf,
  findOrder,
  findOrderByNo,
  lockOrder,
  orderNosOf,
  wordsOf,
} from './store.ts';
export type { AssignmentRow, OrderRow } from './store.ts';
export { citizenOrder } from './citizen-view.ts';
export type { CitizenOrder } from './citizen-view.ts';
export { countRedoProposed, listRedoProposed } from './list.store.ts';
export {
  commentsOf,
  contactsWithOrders,
  finalSolved,
  giveUpReason,
  missingOf,
  ordersOfContact,
  secretContacts,
} from './read.store.ts';
export { setNextNumber } from './sequence.store.ts';
export { maskName, maskPhone } from './rules.ts';
