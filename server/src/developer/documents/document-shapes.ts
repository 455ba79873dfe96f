import { setImmediate as nextTurn } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import type { AddedDocument, ListedDocument } from '../../documents/index.ts';
import { nullable, type Answer } from '../../http/index.ts';
import { json, streamed } from '../answers.ts';
import { NotEmbeddedIn, PendingDocument } from './pending-documents.ts';

const Text = Type.String();

const metadata = {
  id: Text,
  url: Text,
  title: Text,
  docAuthor: Text,
  description: Text,
  docSource: Text,
  chunkSource: Text,
  published: Type.String({ description: 'Wall clock, UTC: 11/21/2026, 1:42:22 AM' }),
  wordCount: Type.Integer(),
};
const tokens = { token_count_estimate: Type.Integer() };
/** Of a document whose sender named its source. */
const source = {
  source: Type.Optional(Type.String({ description: 'The name that its sender gave its source' })),
  sourcePart: Type.Optional(
    Type.Integer({ description: 'Its place in the source: a mailbox has a document for each message' }),
  ),
  sha256: Type.Optional(Type.String({ description: 'Of the bytes of the source when it was read, in hex' })),
  workspaceCount: Type.Optional(
    Type.Integer({ description: 'Workspaces that hold it, as far as the key sees them' }),
  ),
};
const notEmbedded = Type.Optional(
  Type.Array(NotEmbeddedIn, {
    description: 'Workspaces in which it waits for its vectors; absent where there are none',
  }),
);

export const UploadedDocument = Type.Object(
  {
    ...metadata,
    pageContent: Text,
    ...tokens,
    location: Type.String({ description: 'folder/name: what other endpoints call it by' }),
    isDirectUpload: Type.Boolean(),
    name: Type.Optional(Text),
  },
  { title: 'UploadedDocument' },
);

export const DocumentItem = Type.Object(
  {
    name: Text,
    type: Type.Literal('file'),
    ...metadata,
    ...tokens,
    cached: Type.Boolean({ description: 'Its vectors are there' }),
    canWatch: Type.Boolean(),
    pinnedWorkspaces: Type.Array(Type.Integer()),
    watched: Type.Boolean(),
    ...source,
    notEmbedded,
  },
  { title: 'DocumentItem' },
);

export const FoundDocument = Type.Object(
  {
    name: Text,
    type: Type.Literal('file'),
    ...metadata,
    ...tokens,
    cached: Type.Boolean(),
    ...source,
    notEmbedded,
  },
  { title: 'FoundDocument' },
);

const FolderItem = Type.Object(
  { name: Text, type: Type.Literal('folder'), items: Type.Array(DocumentItem) },
  { title: 'DocumentFolder' },
);

export const DocumentTree = Type.Object(
  { name: Text, type: Type.Literal('folder'), items: Type.Array(FolderItem) },
  { title: 'DocumentTree' },
);

export const FolderSize = Type.Object(
  { name: Text, totalCount: Type.Integer({ description: 'Documents in it that the key sees' }) },
  { title: 'FolderSize' },
);

export const FolderPage = {
  folder: Text,
  documents: Type.Array(DocumentItem),
  totalCount: Type.Integer(),
  hasMore: Type.Boolean(),
};

export const UploadResult = Type.Object({
  success: Type.Boolean(),
  error: nullable(
    Type.String({ description: 'Why documents are not embedded, or not yet; null: all of them are' }),
  ),
  documents: Type.Array(UploadedDocument),
  warnings: Type.Optional(
    Type.Array(Text, {
      description: 'What in the file or its name was not read, such as images; absent if there is nothing',
    }),
  ),
  pending: Type.Optional(
    Type.Array(PendingDocument, {
      description: 'Documents that are in workspaces and get their vectors later; absent if there are none',
    }),
  ),
  message: Type.Optional(
    Type.String({ description: 'Where the folder had documents already, with the same bytes: which' }),
  ),
  outcome: Type.Optional(
    Type.Union([Type.Literal('added'), Type.Literal('updated'), Type.Literal('known')], {
      description:
        'With a source. added: it had no documents; updated: some of its documents are other ones now; known: all had its text already',
    }),
  ),
});

export const UploadFailure = Type.Object({
  success: Type.Boolean(),
  error: Type.Optional(Text),
  documents: Type.Optional(Type.Array(UploadedDocument)),
});

/** The members of a document whose sender named its source. */
export const sourceMembers = ({ source, heldBy }: Pick<ListedDocument, 'source' | 'heldBy'>) =>
  source && {
    source: source.name,
    sourcePart: source.part,
    sha256: source.sha256,
    workspaceCount: heldBy,
  };

/** A new document. @param named whether its name is shown too. */
export function uploadedDocument({ document, text }: AddedDocument, named = false) {
  const { token_count_estimate, ...said } = document.metadata;
  return {
    ...said,
    pageContent: text,
    token_count_estimate,
    location: document.location,
    isDirectUpload: false,
    ...(named ? { name: document.name } : {}),
  };
}

type Body = Static<typeof UploadResult>;

/** In UTF-16 units: about a millisecond to write. */
const PIECE_LENGTH = 128 * 1024;

/** New documents with their texts; long texts are written in pieces, so that they do not block the event loop. */
export function uploadAnswer(body: Body): Answer | Promise<Answer> {
  const length = body.documents.reduce((sum, { pageContent }) => sum + pageContent.length, 0);
  return length <= PIECE_LENGTH ? json(body) : streamed('application/json; charset=utf-8', piecesOf(body));
}

const NO_TEXT = '"pageContent":""';

/** The JSON with the texts put in place of `NO_TEXT`, which no JSON string can contain. */
async function* piecesOf(body: Body): AsyncGenerator<string> {
  const documents = body.documents.map((document) => ({ ...document, pageContent: '' }));
  const [head = '', ...rest] = JSON.stringify({ ...body, documents }).split(NO_TEXT);
  yield head;
  for (const [at, { pageContent }] of body.documents.entries()) {
    yield '"pageContent":"';
    for (let start = 0; start < pageContent.length; start += PIECE_LENGTH) {
      // A surrogate pair that is cut here is written as two escapes, which mean the same.
      yield JSON.stringify(pageContent.slice(start, start + PIECE_LENGTH)).slice(1, -1);
      await nextTurn();
    }
    yield `"${rest[at] ?? ''}`;
  }
}
