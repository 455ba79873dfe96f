export { DEFAULT_FOLDER, locationOf, placeOf } from './document.ts';
export type { Document, DocumentMetadata, Place } from './document.ts';
export type { FileItem, FolderItem } from './document-views.ts';
export { Documents } from './documents.ts';
export type { DocumentVectors, NewDocument } from './documents.ts';
export type { Listing } from './listings.ts';
export { Intake } from './intake.ts';
export type { Bringing, Brought, Given, NewNote, Outcome } from './intake.ts';
export { extraHeaders, withScheme } from './fetching/links.ts';
export { checkedName, cleanFileName, folderName } from './names.ts';
export { acceptedTypes } from './parsing/formats.ts';
export {
  addMember,
  listMembers,
  listPinned,
  membershipRows,
  membershipsOf,
  removeCollection,
  removeMembers,
  setPinned,
} from './members-store.ts';
export type { Member } from './members-store.ts';
export { documentsMigrations } from './migrations.ts';
export { documentsModule } from './module.ts';
export { named } from './names.ts';
export type { Viewer } from './visibility.ts';
