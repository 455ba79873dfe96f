import { Type } from 'typebox';
import {
  cleanFileName,
  DEFAULT_FOLDER,
  extraHeaders,
  folderName,
  withScheme,
} from '../../documents/index.ts';
import type { NewNote, Outcome } from '../../documents/index.ts';
import { json, phrase } from '../answers.ts';
import { textField } from '../body-fields.ts';
import { broughtAnswer } from './upload-answer.ts';
import { BroughtDocuments, NotBrought, uploadedDocument } from './document-shapes.ts';
import { givenIn, objectField, refuseWithoutWorkspaces, wantedWorkspaces } from './document-options.ts';
import { embedBrought } from './embed-documents.ts';
import { receiveUpload } from './upload.ts';
import type { Answer, Call, Route } from '../../http/index.ts';
import { route } from '../surface.ts';
import type { Services } from '../../http/index.ts';

const Workspaces = Type.Optional(
  Type.String({
    description: 'Slugs of workspaces to put it into, separated by commas; takes workspaces:write',
  }),
);
const Said = {
  title: Type.Optional(Type.String()),
  docAuthor: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  docSource: Type.Optional(Type.String()),
};
const UploadForm = Type.Object({
  file: Type.String({ format: 'binary' }),
  addToWorkspaces: Workspaces,
  metadata: Type.Optional(Type.String({ description: 'JSON: title, docAuthor, description, docSource' })),
});
const responses = { 200: BroughtDocuments, 422: NotBrought, 500: NotBrought };

export const documentUploadRoutes: Route[] = [
  route({
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
  route({
    method: 'POST',
    path: '/v1/document/upload/:folderName',
    id: 'documents.upload_to_folder',
    summary: 'Upload a file into a folder',
    description: 'The folder is made where there is none.',
    access: 'documents:write',
    bodyKind: 'upload',
    params: Type.Object({ folderName: Type.String() }),
    body: UploadForm,
    responses,
    handler: (services, call) => {
      const folder = folderName(call.params.folderName);
      if (folder !== undefined) return upload(services, call, { folder, isNamed: true });
      return ended(notBrought('Invalid folder name'));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/document/upload-link',
    id: 'documents.upload_link',
    summary: 'Fetch a page of the web',
    description: 'Pages of private networks only where the operator allows it.',
    access: 'documents:write',
    bodyKind: 'lenient',
    body: Type.Object({
      link: Type.String(),
      addToWorkspaces: Workspaces,
      scraperHeaders: Type.Optional(
        Type.Record(Type.String(), Type.String(), { description: "Sent to the link's own server only" }),
      ),
      metadata: Type.Optional(Type.Object(Said)),
    }),
    responses,
    handler: async (services, call) => {
      const { body, caller, signal } = call;
      const fields = body as Record<string, unknown>;
      const link = textField(fields, 'link');
      if (link === undefined) return json({ success: false }, 500);
      const slugs = wantedWorkspaces(fields['addToWorkspaces']);
      if (typeof slugs === 'string') return json({ success: false, error: slugs }, 422);
      refuseWithoutWorkspaces(caller, slugs);
      const given = givenIn(objectField(fields['metadata']));
      const bringing = { caller, folder: DEFAULT_FOLDER, given, signal };
      const headers = extraHeaders(fields['scraperHeaders']);
      const outcome = await services.intake.bringLink(withScheme(link), headers, bringing);
      return answerWith(services, call, { outcome, slugs });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/document/raw-text',
    id: 'documents.raw_text',
    summary: 'Store a text',
    access: 'documents:write',
    bodyKind: 'lenient',
    body: Type.Object({
      textContent: Type.String(),
      addToWorkspaces: Workspaces,
      metadata: Type.Object({
        ...Said,
        title: Type.String(),
        url: Type.Optional(Type.String()),
        chunkSource: Type.Optional(Type.String()),
        published: Type.Optional(Type.Number({ description: 'ms since 1970' })),
      }),
    }),
    responses,
    handler: async (services, call) => {
      const { body, caller } = call;
      const fields = body as Record<string, unknown>;
      const note = noteIn(fields);
      if (typeof note === 'string') return json({ success: false, error: note }, 422);
      const slugs = wantedWorkspaces(fields['addToWorkspaces']);
      if (typeof slugs === 'string') return json({ success: false, error: slugs }, 422);
      refuseWithoutWorkspaces(caller, slugs);
      const outcome = await services.intake.bringNote(note, { caller, folder: DEFAULT_FOLDER });
      return answerWith(services, call, { outcome, slugs });
    },
  }),
];

type UploadCall = Pick<Call, 'stream' | 'signal' | 'countsItself'> & { caller: NonNullable<Call['caller']> };
interface Target {
  folder: string;
  isNamed: boolean;
}

async function upload(services: Services, call: UploadCall, target: Target): Promise<Answer> {
  const { intake, config } = services;
  const { stream, caller, signal } = call;
  const form = await receiveUpload(stream, {
    fileField: 'file',
    maxBytes: config.uploadMaxBytes,
    create: () => intake.temporaryFile(),
  });
  if (form === undefined) return ended(phrase(500));
  if ('refusal' in form) return ended(json({ success: false, error: form.refusal }, 500));
  const { file, fields } = form;
  if (file === undefined) return phrase(500);
  try {
    const slugs = wantedWorkspaces(fields['addToWorkspaces']);
    if (typeof slugs === 'string') return json({ success: false, error: slugs }, 422);
    refuseWithoutWorkspaces(caller, slugs);
    const given = givenIn(objectField(fields['metadata']));
    const outcome = await intake.bringFile(
      { fd: file.handle.fd, name: cleanFileName(file.name) },
      { caller, folder: target.folder, given, signal },
    );
    return await answerWith(services, call, { outcome, slugs, isNamed: target.isNamed });
  } finally {
    await file.handle.close();
  }
}

/** The rest of the body is not worth a connection. */
const ended = <T extends { headers?: Record<string, string> }>(answer: T): T => ({
  ...answer,
  headers: { ...answer.headers, connection: 'close' },
});

const notBrought = (error: string) => json({ success: false, error, documents: [] }, 500);

async function answerWith(
  services: Services,
  call: Pick<UploadCall, 'caller' | 'countsItself'>,
  { outcome, slugs, isNamed = false }: { outcome: Outcome; slugs: readonly string[]; isNamed?: boolean },
): Promise<Answer> {
  if ('refusal' in outcome) return notBrought(outcome.refusal);
  const { brought } = outcome;
  const error = await embedBrought(services, call, { slugs, brought });
  const documents = brought.map((one) => uploadedDocument(one, isNamed));
  return broughtAnswer({ success: true, error, documents });
}

/** A string is what is wrong with it. */
function noteIn(fields: Record<string, unknown>): NewNote | string {
  const said = objectField(fields['metadata']);
  const title = textField(said, 'title');
  if (title === undefined)
    return "You are missing required metadata key:value pairs in your request. Required metadata key:values are 'title'";
  const text = textField(fields, 'textContent');
  if (text === undefined) return "The 'textContent' key cannot have an empty value.";
  const url = textField(said, 'url');
  const chunkSource = textField(said, 'chunkSource');
  const publishedMs = timeIn(said['published']);
  return {
    ...givenIn(said),
    title,
    text,
    ...(url === undefined ? {} : { url }),
    ...(chunkSource === undefined ? {} : { chunkSource }),
    ...(publishedMs === undefined ? {} : { publishedMs }),
  };
}

/** ms since 1970, also as text; what is no time says nothing. */
function timeIn(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const ms = Number(value);
  return Number.isFinite(new Date(ms).getTime()) ? ms : undefined;
}
