import { Stack, Text } from '@mantine/core';
import { useNavigateHere } from '../app/navigate-here.ts';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { DEFAULT_FOLDER } from './document-queries.ts';
import { renewDocuments, useRemoveFolder } from './document-mutations.ts';
import classes from './documents.module.css';
import { PageNavLink } from '../page/page-controls.tsx';

/** The search tells the entries apart: otherwise the router takes several of them for the open page. */
const EXACT = { exact: true };

interface FolderListProps {
  folders: readonly { name: string; totalCount: number }[];
  open: string;
  mayWrite: boolean;
}

/** The folders, with how many documents each has. */
export function FolderList({ folders, open, mayWrite }: FolderListProps) {
  const opened = folders.find(({ name }) => name === open);
  return (
    <Stack component="nav" aria-label="Folders" gap={4} className={classes['folders'] ?? ''}>
      {folders.map(({ name, totalCount }) => (
        <PageNavLink
          key={name}

          to="/documents"
          search={{ folder: name }}
          label={name}
          noWrap
          activeOptions={EXACT}
          active={name === open}
          aria-current={name === open ? 'page' : undefined}
          rightSection={<Text size="xs">{totalCount.toLocaleString()}</Text>}
        />
      ))}
      {folders.length === 0 && (
        <Text size="sm" c="dimmed">
          No folder yet
        </Text>
      )}
      {mayWrite && opened !== undefined && open !== DEFAULT_FOLDER && <RemoveFolder {...opened} />}
    </Stack>
  );
}

function RemoveFolder({ name, totalCount }: { name: string; totalCount: number }) {
  const remove = useRemoveFolder(name);
  const navigate = useNavigateHere();
  const mutateAsync = async (): Promise<void> => {
    await remove.mutateAsync();
    await navigate({ to: '/documents' });
    await renewDocuments();
  };
  return (
    <ConfirmButton
      label="Remove this folder"
      title={`Remove the folder ${name}?`}
      action={{ ...remove, mutateAsync }}
      copyAs={{ operation: 'documents.remove_folder', body: { name } }}
      size="xs"
      mt="xs"
    >
      <Text size="sm">
        {totalCount === 0
          ? 'It is empty.'
          : `Its documents (${totalCount.toLocaleString()}) are removed from every workspace that holds them, and cannot be restored.`}
      </Text>
    </ConfirmButton>
  );
}
