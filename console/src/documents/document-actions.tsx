import { Button, Checkbox, Group, Menu, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { Problem } from '../page/problem.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { useMay } from '../session/session-queries.ts';
import { workspaceQuery, workspacesQuery } from '../workspaces/workspace-queries.ts';
import { useChangeDocuments, useMoveDocuments, useRemoveDocuments } from './document-mutations.ts';

interface DocumentActionsProps {
  folder: string;
  folders: readonly string[];
  /** The marked documents. */
  names: readonly string[];
  mayWrite: boolean;
  isAll: boolean;
  onMark: (isAll: boolean) => void;
}

const countOf = (names: readonly string[]): string =>
  names.length === 1 ? '1 document' : `${names.length} documents`;

/** What can be done with the marked documents. */
export function DocumentActions({ isAll, onMark, mayWrite, ...marked }: DocumentActionsProps) {
  const { folder, names } = marked;
  const may = useMay();
  const locations = names.map((name) => `${folder}/${name}`);
  return (
    <Group gap="xs">
      <Checkbox
        size="xs"
        label={names.length === 0 ? 'Mark all' : `${countOf(names)} marked`}
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
  const queries = useQueryClient();
  const add = async (slug: string, name: string): Promise<void> => {
    const before = await queries.fetchQuery(workspaceQuery(slug));
    const held = new Set(before?.documents.map(({ docpath }) => docpath));
    const adds = locations.filter((location) => !held.has(location));
    const { message = '' } = await change.mutateAsync({ slug, adds });
    noticeDone({
      title: `${countOf(adds)} put into ${name}`,
      message,
      undo: () => change.mutateAsync({ slug, deletes: adds }),
    });
  };
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="xs" variant="default" loading={change.isPending}>
            Add to a workspace
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflow: 'auto' }}>
          {workspaces.data?.map(({ slug, name }) => (
            <Menu.Item key={slug} onClick={() => void add(slug, name).catch(() => undefined)}>
              {name}
            </Menu.Item>
          ))}
          {workspaces.data?.length === 0 && <Menu.Label>There is no workspace yet</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      <Problem error={change.error} />
    </>
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
  const others = folders.filter((name) => name !== folder);
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="xs" variant="default" loading={move.isPending}>
            Move
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflow: 'auto' }}>
          {others.map((name) => (
            <Menu.Item key={name} onClick={() => void moveTo(name).catch(() => undefined)}>
              {name}
            </Menu.Item>
          ))}
          {others.length === 0 && <Menu.Label>Make another folder first</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      <Problem error={move.error} />
    </>
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
      size="xs"
    >
      <Text size="sm">They are removed from every workspace that holds them, and cannot be restored.</Text>
    </ConfirmButton>
  );
}
