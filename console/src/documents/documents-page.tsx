import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { Empty } from '../page/empty.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { useMay } from '../session/session-queries.ts';
import { AddLink } from './add-link.tsx';
import { CreateFolder } from './create-folder.tsx';
import { DEFAULT_FOLDER, foldersQuery } from './document-queries.ts';
import { DropZone } from './drop-zone.tsx';
import { FolderDocuments } from './folder-documents.tsx';
import { FolderList } from './folder-list.tsx';
import { UploadList } from './upload-list.tsx';
import classes from './documents.module.css';

const LOADING_PX = 400;

/** All documents, by folder. */
export function DocumentsPage() {
  const may = useMay();
  const mayWrite = may('documents:write');
  const { folder: wanted } = useSearch({ from: '/frame/documents' });
  const navigate = useNavigate({ from: '/documents' });
  const open = (folder: string): void => void navigate({ search: { folder } });
  const folders = useQuery(foldersQuery);
  const names = folders.data?.map(({ name }) => name) ?? [];
  const folder = wanted ?? (names.includes(DEFAULT_FOLDER) ? DEFAULT_FOLDER : (names[0] ?? DEFAULT_FOLDER));
  const place = useMemo(() => (folder === DEFAULT_FOLDER ? {} : { folder }), [folder]);
  return (
    <Page
      title="Documents"
      description="What was uploaded, in folders. Workspaces answer from those that they hold."
      actions={mayWrite && <CreateFolder onCreated={open} />}
    >
      <Problem error={folders.error} onRetry={() => void folders.refetch()} />
      {folders.isPending && <Skeleton height={LOADING_PX} role="status" aria-label="Loading documents" />}
      {folders.isSuccess && (
        <div className={classes['page']}>
          <FolderList folders={folders.data} open={folder} mayWrite={mayWrite} />
          <Stack className={classes['folder'] ?? ''}>
            {mayWrite && (
              <DropZone place={place}>
                {folder === DEFAULT_FOLDER && <AddLink />}
                <CopyAs
                  operation={folder === DEFAULT_FOLDER ? 'documents.upload' : 'documents.upload_to_folder'}
                  path={{ folderName: folder }}
                  form={{ file: '@handbook.pdf' }}
                  {...(folder === DEFAULT_FOLDER && { cli: ['documents', 'add', 'handbook.pdf'] })}
                />
              </DropZone>
            )}
            <UploadList place={place} />
            {names.includes(folder) ? (
              <FolderDocuments key={folder} folder={folder} folders={names} mayWrite={mayWrite} />
            ) : (
              <NoFolder name={folder} isFirst={wanted === undefined} mayWrite={mayWrite} />
            )}
          </Stack>
        </div>
      )}
    </Page>
  );
}

function NoFolder({ name, isFirst, mayWrite }: { name: string; isFirst: boolean; mayWrite: boolean }) {
  if (!isFirst)
    return (
      <Empty title={`There is no folder ${name}`}>
        <Text size="sm">Choose another one.</Text>
      </Empty>
    );
  return (
    <Empty title="There is no document yet">
      <Text size="sm" ta="center">
        {mayWrite ? 'Drop a file above, or add a link.' : 'Somebody who may add documents has to begin.'}
      </Text>
    </Empty>
  );
}
