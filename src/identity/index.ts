export { can, isCenterRole, worksInCenter } from './rules.ts';
export type { Rule, Subject, Verdict } from './rules.ts';
export {
  activate,
  describeMe,
  firstAdmin,
  hashPassword,
  inviteUser,
  requireStaff,
  resolveSession,
  signIn,
  signOut,
} from './service.ts';
export {
  ancestors,
  commandRooms,
  deleteDeadSessions,
  dispatchable,
  listUnits,
  organizationsByCode,
  organizationsById,
  userNames,
} from './store.ts';
export type { Organization } from './store.ts';
export { identityRoutes } from './routes.ts';
