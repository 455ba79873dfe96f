export { documentsMigrations } from './migrations.ts';
export {
  addMember,
  listMembers,
  membershipsOf,
  removeCollection,
  removeMembers,
  setPinned,
} from './members-store.ts';
export type { Member } from './members-store.ts';
