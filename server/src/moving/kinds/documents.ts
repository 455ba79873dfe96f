import { statSync } from 'node:fs';
import type { NewDocument } from '../../documents/index.ts';
import type { Db } from '../../storage/index.ts';
import { documentFiles, readDocument, type DocumentFile } from '../document-file.ts';
import { freeName, type Move, type Prepared, type Step, type Thing } from '../step.ts';

/** Who brought them: no owner, so that no key which is bound to workspaces sees more of them than its workspaces hold. */
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
  db: Db,
  { row: file, label }: Thing<DocumentFile>,
  move: Move,
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
      ...(`${folder}/${name}` === label ? [] : ['its place was taken: its name has a number behind it']),
      ...(isKnown ? ['another document has its id: it has a new one'] : []),
    ],
  };
}
