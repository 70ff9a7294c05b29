export { messageFor } from './rules.ts';
export { attachSockets } from './sockets.ts';
