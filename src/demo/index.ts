export { COMMANDS_PATH, platformAt } from './knock.ts';
export { demoPages } from './routes.ts';
export { mendPlay } from './service.ts';
export { createSwitch } from './switch.ts';
export type { DemoSwitch, Platform } from './switch.ts';
