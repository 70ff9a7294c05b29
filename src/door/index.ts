export { HEADERS, inWindow, SIGNATURE_WINDOW_SECONDS } from './rules.ts';
export { signatureOf } from './signature.ts';
