export { DEFAULT_FOLDER, locationOf, placeOf } from './document.ts';
export type { Document, DocumentMetadata, Place } from './document.ts';
export type { FileItem, FolderItem } from './document-views.ts';
export { Documents } from './documents.ts';
export type { Listing, NewDocument } from './documents.ts';
export {
  addMember,
  listMembers,
  membershipRows,
  membershipsOf,
  removeCollection,
  removeMembers,
  setPinned,
} from './members-store.ts';
export type { Member } from './members-store.ts';
export { documentsMigrations } from './migrations.ts';
export type { Viewer } from './visibility.ts';
