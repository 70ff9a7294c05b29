export { HEADERS, MESSAGE_MAX, SIGNATURE_WINDOW_SECONDS, inWindow } from './rules.ts';
export { signatureOf, signedHeaders } from './signature.ts';
export { signedDoor, signedQuestion } from './signed.routes.ts';
export type { AnyQuestion, DoorQuestion } from './signed.routes.ts';
export {
  closeSource,
  demoDoorSecret,
  listSources,
  openDemoSources,
  openSource,
  secretOf,
} from './source.ts';
export type { DemoSource } from './source.ts';
export type { AnyHandler, DoorHandler, DoorMessage } from './take.ts';
export { doorRoutes } from './routes.ts';
export { eraseLetters, sweepMessages } from './sweep.ts';
