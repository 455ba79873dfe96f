import { Type } from 'typebox';
import {
  cleanFileName,
  DEFAULT_FOLDER,
  extraHeaders,
  folderName,
  withScheme,
} from '../../documents/index.ts';
import type { AddedDocument, AddOptions, AddRefusal, AddResult, NewNote } from '../../documents/index.ts';
import { failed, json } from '../answers.ts';
import { asSent, field, object, text } from '../fields.ts';
import { uploadAnswer, UploadResult, UploadFailure, uploadedDocument } from './document-shapes.ts';
import {
  AddToWorkspaces,
  Metadata,
  metadataFields,
  MetadataText,
  refuseWithoutWorkspaces,
  Source,
  SOURCE_FORM,
} from './document-fields.ts';
import { embedUploads, storing } from './embed-documents.ts';
import { replaceChanged, type Stored } from './replace-documents.ts';
import { receiveUpload } from './upload-form.ts';
import { decoder, type Answer, type Call, type Decoded, type WholeAnswer } from '../../http/index.ts';
import type { Route, DocumentServices } from '../services.ts';
import { documentRoute } from '../surface.ts';

const UploadForm = Type.Object({
  file: Type.String({ format: 'binary' }),
  addToWorkspaces: AddToWorkspaces,
  metadata: MetadataText,
  source: Source,
});
const readForm = decoder(UploadForm);

/** ms since 1970, also as text; undefined for other values. */
function readTime(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const ms = Number(value);
  return Number.isFinite(new Date(ms).getTime()) ? ms : undefined;
}

const Note = Type.Object({
  textContent: text(),
  addToWorkspaces: AddToWorkspaces,
  source: Source,
  metadata: object({
    ...metadataFields,
    title: text(),
    url: Type.Optional(text()),
    chunkSource: Type.Optional(text()),
    published: Type.Optional(field(Type.Number({ description: 'ms since 1970' }), readTime)),
  }),
});
const responses = { 200: UploadResult, 400: UploadFailure, 422: UploadFailure, 500: UploadFailure };

export const documentUploadRoutes: Route[] = [
  documentRoute({
    method: 'POST',
    path: '/v1/document/upload',
    id: 'documents.upload',
    summary: 'Upload a file',
    description: 'A form with the field file; KEYWARD_UPLOAD_MAX_MIB limits its size.',
    access: 'documents:write',
    bodyKind: 'upload',
    body: UploadForm,
    responses,
    handler: (services, call) => upload(services, call, { folder: DEFAULT_FOLDER, isNamed: false }),
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/document/upload/:folderName',
    id: 'documents.upload_to_folder',
    summary: 'Upload a file into a folder',
    description: 'The folder is made if it does not exist.',
    access: 'documents:write',
    bodyKind: 'upload',
    params: Type.Object({ folderName: Type.String() }),
    body: UploadForm,
    responses,
    handler: (services, call) => {
      const folder = folderName(call.params.folderName);
      if (folder !== undefined) return upload(services, call, { folder, isNamed: true });
      return ended(uploadFailed({ refusal: `Invalid folder name. ${FOLDER_FORM}` }));
    },
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/document/upload-link',
    id: 'documents.upload_link',
    summary: 'Fetch a page of the web',
    description: 'Pages of private networks only where the operator allows it.',
    access: 'documents:write',
    body: Type.Object({
      link: text(),
      addToWorkspaces: AddToWorkspaces,
      ...asSent({
        scraperHeaders: Type.Optional(
          Type.Record(Type.String(), Type.String(), { description: "Sent to the link's own server only" }),
        ),
      }),
      metadata: Metadata,
      source: Source,
    }),
    responses,
    handler: async (services, call) => {
      const { caller, signal } = call;
      const { link, addToWorkspaces: slugs, scraperHeaders, metadata: given, source } = call.body;
      if (link === undefined)
        return failed('link: must be an address such as "https://example.com/handbook".', 400);
      const options = { caller, folder: DEFAULT_FOLDER, given, signal };
      const headers = extraHeaders(scraperHeaders);
      return store(services, call, {
        slugs,
        source,
        read: (as) => services.intake.addLink(withScheme(link), headers, { ...options, ...as }),
      });
    },
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/document/raw-text',
    id: 'documents.raw_text',
    summary: 'Store a text',
    access: 'documents:write',
    body: Note,
    responses,
    handler: async (services, call) => {
      const { body, caller } = call;
      const note = noteIn(body);
      if (typeof note === 'string') return failed(note, 422);
      return store(services, call, {
        slugs: body.addToWorkspaces,
        source: body.source,
        read: (as) => services.intake.addNote(note, { caller, folder: DEFAULT_FOLDER, ...as }),
      });
    },
  }),
];

type UploadCall = Pick<Call, 'stream' | 'signal' | 'countsItself'> & { caller: NonNullable<Call['caller']> };

async function upload(
  services: DocumentServices,
  call: UploadCall,
  { folder, isNamed }: { folder: string; isNamed: boolean },
): Promise<Answer> {
  const { intake, config } = services;
  const { stream, caller, signal } = call;
  const form = await receiveUpload(stream, {
    fileField: 'file',
    maxBytes: config.uploadMaxBytes,
    create: () => intake.temporaryFile(),
  });
  if (form === undefined) return ended(failed(`Invalid file upload. The body is no form. ${FORM}`, 400));
  if ('refusal' in form) return ended(failed(form.refusal, form.isOurs === true ? 500 : 400));
  const { file } = form;
  if (file === undefined) return failed(`Invalid file upload. The form has no file. ${FORM}`, 400);
  try {
    const { addToWorkspaces: slugs, metadata: given, source } = readForm(form.fields);
    const opened = { fd: file.handle.fd, name: cleanFileName(file.name) };
    const read: Incoming['read'] = (as) => intake.addFile(opened, { caller, folder, given, signal, ...as });
    const notes = file.hasUnclearName ? [UNCLEAR_NAME] : [];
    return await store(services, call, { slugs, source, read, isNamed, notes });
  } finally {
    await file.handle.close();
  }
}

/** Closes the connection instead of reading the rest of the body. */
const ended = (answer: WholeAnswer): WholeAnswer => ({
  ...answer,
  headers: { ...answer.headers, connection: 'close' },
});

const UNCLEAR_NAME =
  'The name of the file is in an unknown encoding: send it as UTF-8. Its bytes beyond ASCII are written as % and two digits.';
const FORM = 'Send multipart/form-data with the field "file", as curl -F file=@handbook.pdf does.';
const FOLDER_FORM = 'It must be one name without slashes, such as "reports".';

/** Only a fault of this server is 500. */
const uploadFailed = ({ refusal: error, isOurs = false }: AddRefusal) =>
  json({ success: false, error, documents: [] }, isOurs ? 500 : 400);

interface Incoming {
  /** The workspaces that they are added to; a string: the problem. */
  slugs: readonly string[] | string;
  /** Null: no name of a source. */
  source: string | null | undefined;
  read: (as: Pick<AddOptions, 'source' | 'alongside'>) => Promise<AddResult>;
  isNamed?: boolean;
  /** Further warnings. */
  notes?: readonly string[];
}

async function store(
  services: DocumentServices,
  call: Pick<UploadCall, 'caller' | 'countsItself'>,
  { slugs, source, read, isNamed = false, notes = [] }: Incoming,
): Promise<Answer> {
  if (typeof slugs === 'string') return failed(slugs, 422);
  if (source === null) return failed(SOURCE_FORM, 422);
  refuseWithoutWorkspaces(call.caller, slugs);
  const uploads = { slugs, scope: 'workspaces:write' } as const;
  const stored = await storing(services, call, uploads, async (hold, alongside) => {
    const outcome = await read({ source, alongside });
    if ('refusal' in outcome) return outcome;
    const brought = await replaceChanged(services, call, outcome);
    return { outcome, brought, ...(await embedUploads(services, call, { ...uploads, brought, hold })) };
  });
  if ('refusal' in stored) return uploadFailed(stored);
  const { outcome, brought, refused, waits, pending } = stored;
  const error = [refused, waits].filter((words) => words !== undefined).join(' ') || null;
  const documents = brought.map((one) => uploadedDocument(one, isNamed));
  const warnings = [...notes, ...(outcome.warnings ?? [])];
  const warned = warnings.length === 0 ? {} : { warnings };
  const waiting = pending.length === 0 ? {} : { pending };
  const said = { ...knownMembers(brought), ...(source === undefined ? {} : { outcome: outcomeOf(outcome) }) };
  return uploadAnswer({ success: true, error, documents, ...warned, ...waiting, ...said });
}

function outcomeOf({ added, changed = [], removed = [] }: Stored): 'added' | 'updated' | 'known' {
  const known = added.filter(({ isKnown }) => isKnown === true).length;
  if (changed.length === 0 && removed.length === 0 && known === added.length) return 'known';
  return changed.length === 0 && removed.length === 0 && known === 0 ? 'added' : 'updated';
}

/** What was not stored anew. */
function knownMembers(added: readonly AddedDocument[]): { message?: string } {
  const known = added.filter(({ isKnown }) => isKnown === true);
  if (known.length === 0) return {};
  const names = known.slice(0, NAMED_MAX).map(({ document }) => document.location);
  const more = known.length > names.length ? ` and ${known.length - names.length} more` : '';
  return { message: `The folder has the same already: ${names.join(', ')}${more}.` };
}

const NAMED_MAX = 10;

/** @returns a string: the problem. */
function noteIn({ textContent, metadata }: Decoded<typeof Note>): NewNote | string {
  const { title, published: publishedMs, ...said } = metadata;
  if (title === undefined)
    return "You are missing required metadata key:value pairs in your request. Required metadata key:values are 'title'";
  if (textContent === undefined) return "The 'textContent' key cannot have an empty value.";
  const when = publishedMs === undefined ? {} : { publishedMs };
  return { ...said, title, text: textContent, ...when };
}
