import { Type } from 'typebox';
import { invalidField } from '../../base/errors.ts';
import { checkedName, folderName, placeOf, type Place } from '../../documents/index.ts';
import { json } from '../answers.ts';
import { field, flag, texts } from '../fields.ts';
import type { Route } from '../services.ts';
import { documentRoute } from '../surface.ts';
import { nullable } from '../../http/index.ts';

const Done = Type.Object({ success: Type.Boolean(), message: nullable(Type.String()) });

const Removed = Type.Object({
  ...Done.properties,
  kept: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'Those that stay, because a workspace holds them that the key does not cover, or unusedOnly',
    }),
  ),
});

const MOVES_MAX = 10_000;
const NAMES_MAX = 10_000;

const NAME_FORM = 'name: must be the name of one folder, without slashes, such as "reports".';
const FILES_FORM = `files: must be a list of at most ${MOVES_MAX} moves such as {"from": "custom-documents/a.json", "to": "reports/a.json"}.`;
const PLACES =
  'None was moved: each "from" must be a document, and each "to" a free name in a folder that is there, such as "reports/a.json".';
const NAMES_FORM = 'names: must be a list such as ["custom-documents/a.json"].';

const folder = field(Type.String(), folderName);

/** @returns undefined where `files` is not a list of moves; an item is undefined where its paths are invalid. */
function readMoves(files: unknown): ({ from: Place; to: Place } | undefined)[] | undefined {
  if (!Array.isArray(files) || files.length > MOVES_MAX) return undefined;
  const pairs = files.map((file: unknown) => (file ?? {}) as { from?: unknown; to?: unknown });
  if (!pairs.every(({ from, to }) => typeof from === 'string' && typeof to === 'string')) return undefined;
  return pairs.map(({ from, to }) => {
    const [source, target] = [placeOf(from as string), placeOf(to as string)];
    if (source === undefined || target === undefined || !isDocumentPlace(target)) return undefined;
    return { from: source, to: target };
  });
}

const isDocumentPlace = ({ folder, name }: Place): boolean =>
  folderName(folder) === folder && checkedName(name) === name && name.endsWith('.json');

export const documentFolderRoutes: Route[] = [
  documentRoute({
    method: 'POST',
    path: '/v1/document/create-folder',
    id: 'documents.create_folder',
    summary: 'Make a folder',
    access: 'documents:write',
    body: Type.Object({ name: folder }),
    responses: { 200: Done, 400: Done },
    handler: async ({ documents }, { body, caller }) => {
      const { name } = body;
      if (name === undefined) return failed(`Failed to create folder: Invalid path. ${NAME_FORM}`);
      if (!(await documents.createFolder(caller, name))) return failed('Folder by that name already exists');
      return json({ success: true, message: null });
    },
  }),
  documentRoute({
    method: 'DELETE',
    path: '/v1/document/remove-folder',
    id: 'documents.remove_folder',
    summary: 'Remove a folder with its documents',
    description: 'Also from the workspaces that hold them. The folder custom-documents stays.',
    access: 'documents:write',
    body: Type.Object({ name: folder }),
    responses: { 200: Done },
    handler: async ({ documents }, { body, caller }) => {
      const { name } = body;
      if (name !== undefined) await documents.removeFolder(caller, name);
      return json({ success: true, message: 'Folder removed successfully' });
    },
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/document/move-files',
    id: 'documents.move',
    summary: 'Move documents between folders',
    description:
      'All or, where one cannot be moved, none. Those that are in a workspace stay and are counted.',
    access: 'documents:write',
    body: Type.Object({
      files: field(Type.Array(Type.Object({ from: Type.String(), to: Type.String() })), readMoves),
    }),
    responses: { 200: Done, 400: Done },
    handler: async ({ documents }, { body: { files: moves }, caller }) => {
      if (moves === undefined) return failed(`Failed to move files. ${FILES_FORM}`);
      const skipped = moves.includes(undefined)
        ? undefined
        : await documents.move(
            caller,
            moves.filter((move) => move !== undefined),
          );
      if (skipped === undefined) return failed(`Failed to move some files. ${PLACES}`);
      const message = `${skipped}/${moves.length} files not moved. Unembed them from all workspaces.`;
      return json({ success: true, message: skipped === 0 ? null : message });
    },
  }),
  documentRoute({
    method: 'DELETE',
    path: '/v1/system/remove-documents',
    id: 'documents.remove',
    summary: 'Remove documents',
    description:
      'Also from the workspaces that hold them. Documents that do not exist are ignored; those that stay are named.',
    access: 'documents:write',
    body: Type.Object({
      names: texts({ description: 'folder/name' }),
      unusedOnly: Type.Optional(flag({ description: 'Documents that a workspace holds stay' })),
    }),
    responses: { 200: Removed, 400: Done },
    handler: async ({ documents }, { body: { names, unusedOnly }, caller }) => {
      if (names === undefined) return failed(`Failed to remove documents. ${NAMES_FORM}`);
      if (names.length > NAMES_MAX) throw invalidField('names', `takes at most ${NAMES_MAX}`);
      const kept = await documents.removeByLocation(caller, names, { unusedOnly });
      const stays = kept.length === 0 ? {} : { kept };
      return json({ success: true, message: 'Documents removed successfully', ...stays });
    },
  }),
];

const failed = (message: string) => json({ success: false, message }, 400);
