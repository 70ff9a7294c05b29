export { assignWaiting } from './assign.ts';
export { chatFigures } from './figures.ts';
export { answered, registered } from './orders.ts';
export { waitsOf } from './read.ts';
export { chatRoutes } from './routes.ts';
export { SOCKETS_MAX, TYPING_EVERY_MS } from './rules.ts';
export { sweepChats } from './sweep.ts';
export {
  namedByChats,
  neededByChats,
  operatorOf,
  someoneThere,
  talksIn,
  visitorsThere,
} from './presence.ts';
export { visitorChat } from './visitor.ts';
export { chatVisitorRoutes } from './visitor.routes.ts';
