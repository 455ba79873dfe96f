import { statSync } from 'node:fs';
import { addMember, setPinned, type NewDocument } from '../../documents/index.ts';
import { keepPending } from '../../retrieval/index.ts';
import type { Db } from '../../storage/index.ts';
import { documentFiles, readDocument, type DocumentFile } from '../document-file.ts';
import type { SourceRow } from '../source-row.ts';
import { freeName, gone, rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

/** Not an owner: a bound key sees only the imported documents of its workspaces. */
const CREATED_BY = 'import';

export const documents: Step<DocumentFile, NewDocument> = {
  kind: 'document',
  count: ({ folder }) => [...documentFiles(folder)].length,
  things: function* ({ folder }) {
    for (const file of documentFiles(folder)) {
      const { location, path } = file;
      const characters = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      yield { sourceId: location, ref: location, label: location, row: file, characters };
    }
  },
  prepare,
  write: async (tx, document, move) => {
    const added = await move.documents.add(tx, document);
    if (added === undefined) throw new Error('a document has this place');
    return added.id;
  },
  stillThere: async (db, targets, move) =>
    new Set((await move.documents.byIds(db, targets)).map(({ id }) => id)),
};

async function prepare(
  { row: file, label }: Thing<DocumentFile>,
  move: Move,
  db: Db,
): Promise<Prepared<NewDocument>> {
  if (file.misplaced !== undefined) return { left: file.misplaced };
  const read = readDocument(file);
  if (typeof read === 'string') return { left: read };
  const { metadata, text } = read;
  const [folder = '', wanted = ''] = file.location.split('/');
  const place = await freeName(move, {
    kind: 'document',
    place: `${folder}/`,
    wanted: wanted.replace(/\.json$/, ''),
    isTaken: async (name) => (await move.documents.find(db, `${folder}/${name}.json`)) !== undefined,
  });
  const name = `${place}.json`;
  const isKnown = move.claimed.has(metadata.id) || (await move.documents.byIds(db, [metadata.id])).length > 0;
  const id = isKnown ? crypto.randomUUID() : metadata.id;
  move.claimed.add(id);
  return {
    ready: { folder, name, metadata: { ...metadata, id }, text, createdBy: CREATED_BY },
    changed: [
      ...(`${folder}/${name}` === label ? [] : ['its place was taken: its name has a number appended']),
      ...(isKnown ? ['another document has its id: it has a new one'] : []),
    ],
  };
}

interface Placement {
  collectionId: number;
  documentId: string;
  pinned: boolean;
}

const placeOf = (row: SourceRow): string => `${row.id('workspaceId') ?? '?'}/${row.text('docpath') ?? ''}`;

/** The documents of workspaces. The server makes the vectors later (retrieval/pending). */
export const placements: Step<SourceRow, Placement> = {
  kind: 'placement',
  table: 'workspace_documents',
  count: (source) => source.count('workspace_documents'),
  // By place: where a workspace holds a document twice, a repeat must not take the one that was left out.
  *things(source) {
    for (const thing of rowsOf(source, 'workspace_documents', 'docpath'))
      yield { ...thing, sourceId: placeOf(thing.row) };
  },
  prepare: ({ row }, { targets, claimed }) => {
    const collectionId = targets.number('workspace', row.id('workspaceId'));
    const documentId = targets.text('document', row.text('docpath'));
    if (collectionId === undefined) return gone('workspace');
    if (documentId === undefined) return { left: 'its document is missing or was left out' };
    const claim = `placement ${placeOf(row)}`;
    if (claimed.has(claim)) return { left: 'the workspace contains the document twice' };
    claimed.add(claim);
    return { ready: { collectionId, documentId, pinned: row.flag('pinned') ?? false } };
  },
  write: async (tx, { collectionId, documentId, pinned }, { clock }) => {
    const nowMs = clock.nowMs();
    await addMember(tx, { collectionId, documentId, nowMs });
    if (pinned) await setPinned(tx, { collectionId, documentId, pinned, nowMs });
    await keepPending(tx, { collectionId, documentId, asker: undefined, reason: null, nextAt: nowMs });
    return `${collectionId}/${documentId}`;
  },
};
