export type { AddedDocument, AddResult, Replacement } from './add-result.ts';
export { DEFAULT_FOLDER, locationOf, placeOf } from './document.ts';
export type { Document, DocumentMetadata, DocumentSource, NewDocument, Place } from './document.ts';
export { Documents, type DocumentVectors } from './documents.ts';
export type { FolderListing, ListedDocument } from './listings.ts';
export { Intake, type AddOptions, type NewNote } from './intake.ts';
export type { AddRefusal } from './parsing/parser.ts';
export { extraHeaders, withScheme } from './fetching/links.ts';
export { checkedName, cleanFileName, folderName, named } from './names.ts';
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
export type { Viewer } from './visibility.ts';
