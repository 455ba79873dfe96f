import { Checkbox, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { useMay } from '../session/session-queries.ts';
import { workspacesQuery } from '../workspaces/workspace-queries.ts';
import { ChoiceDialog } from './choice-dialog.tsx';
import {
  useAddDocuments,
  useChangeDocuments,
  useMoveDocuments,
  useRemoveDocuments,
} from './document-mutations.ts';
import { counted } from '../page/count-text.ts';

interface DocumentActionsProps {
  folder: string;
  folders: readonly string[];
  /** The marked documents. */
  names: readonly string[];
  mayWrite: boolean;
  isAll: boolean;
  /** The folder has documents that are not loaded yet: they cannot be marked. */
  hasMore: boolean;
  onMark: (isAll: boolean) => void;
}

const countOf = (names: readonly string[]): string => counted(names.length, 'document');

/** What can be done with the marked documents. */
export function DocumentActions({ isAll, hasMore, onMark, mayWrite, ...marked }: DocumentActionsProps) {
  const { folder, names } = marked;
  const may = useMay();
  const locations = names.map((name) => `${folder}/${name}`);
  return (
    <Group gap="xs">
      <Checkbox
        size="xs"
        label={
          (names.length === 0 ? 'Mark all' : `${countOf(names)} marked`) +
          (hasMore ? ' (of those loaded; the folder has more)' : '')
        }
        checked={isAll}
        indeterminate={names.length > 0 && !isAll}
        onChange={() => onMark(!isAll)}
      />
      {names.length > 0 && may('workspaces:write') && <AddToWorkspace locations={locations} />}
      {names.length > 0 && mayWrite && <Move {...marked} />}
      {names.length > 0 && mayWrite && <Remove locations={locations} />}
    </Group>
  );
}

function AddToWorkspace({ locations }: { locations: string[] }) {
  const workspaces = useQuery(workspacesQuery);
  const change = useChangeDocuments();
  const adding = useAddDocuments(locations);
  const choices = workspaces.data?.map(({ slug, name }) => ({ value: slug, label: name }));
  const add = async (slug: string): Promise<void> => {
    const { adds, message } = await adding.mutateAsync(slug);
    const name = choices?.find(({ value }) => value === slug)?.label ?? slug;
    if (adds.length === 0) return noticeDone({ title: `${name} holds them already` });
    return noticeDone({
      title: `${countOf(adds)} put into ${name}`,
      message,
      undo: () => change.mutateAsync({ slug, deletes: adds }),
    });
  };
  return (
    <ChoiceDialog
      button="Add to a workspace"
      title={`Add ${countOf(locations)} to a workspace`}
      label="Workspace"
      submitLabel="Add"
      choices={choices ?? []}
      nothing={workspaces.error?.message ?? 'There is no workspace yet.'}
      action={{ ...adding, mutateAsync: add }}
      copyAs={(slug) => ({ operation: 'workspaces.embed', path: { slug }, body: { adds: locations } })}
    />
  );
}

function Move({ folder, folders, names }: Pick<DocumentActionsProps, 'folder' | 'folders' | 'names'>) {
  const move = useMoveDocuments();
  const movesTo = (to: string, from: string) =>
    names.map((name) => ({ from: `${from}/${name}`, to: `${to}/${name}` }));
  const moveTo = async (to: string): Promise<void> => {
    const kept = await move.mutateAsync(movesTo(to, folder));
    // Which of them stayed is not said: nothing can be moved back then.
    if (kept === null)
      noticeDone({
        title: `${countOf(names)} moved to ${to}`,
        undo: () => move.mutateAsync(movesTo(folder, to)),
      });
    else noticeDone({ title: 'Documents that a workspace holds stay in their folder', message: kept });
  };
  return (
    <ChoiceDialog
      button="Move"
      title={`Move ${countOf(names)}`}
      label="To the folder"
      submitLabel="Move"
      choices={folders.filter((name) => name !== folder).map((name) => ({ value: name, label: name }))}
      nothing="Make another folder first."
      action={{ ...move, mutateAsync: moveTo }}
      copyAs={(to) => ({ operation: 'documents.move', body: { files: movesTo(to, folder) } })}
    />
  );
}

function Remove({ locations }: { locations: string[] }) {
  const remove = useRemoveDocuments();
  const mutateAsync = async (): Promise<void> => {
    const kept = await remove.mutateAsync(locations);
    if (kept.length > 0)
      noticeDone({
        title: `${countOf(kept)} stay`,
        message: 'A workspace holds them that you may not change.',
      });
  };
  return (
    <ConfirmButton
      label="Remove"
      title={`Remove ${countOf(locations)}?`}
      action={{ ...remove, mutateAsync }}
      copyAs={{
        operation: 'documents.remove',
        body: { names: locations },
        cli: ['documents', 'remove', ...locations],
      }}
      size="xs"
    >
      <Text size="sm">They are removed from every workspace that holds them, and cannot be restored.</Text>
    </ConfirmButton>
  );
}
