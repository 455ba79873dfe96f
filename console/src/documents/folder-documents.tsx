import { Badge, Checkbox, Loader, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { columnsOf, DataTable, type Column } from '../page/data-table.tsx';
import { Empty } from '../page/empty.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { DocumentActions } from './document-actions.tsx';
import { folderQuery, type DocumentItem } from './document-queries.ts';
import { publishedMs } from './publication-date.ts';
import classes from './documents.module.css';

/** The server writes it for a text without a source. */
const NO_SOURCE = 'no source set';

interface FolderDocumentsProps {
  folder: string;
  folders: readonly string[];
  mayWrite: boolean;
}

/** The documents of a folder. Those that are marked can be moved, added to a workspace, or removed. */
export function FolderDocuments({ folder, folders, mayWrite }: FolderDocumentsProps) {
  const documents = useInfiniteQuery(folderQuery(folder));
  const rows = useMemo(() => documents.data?.pages.flatMap((page) => page.documents) ?? [], [documents.data]);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const { fetchNextPage, hasNextPage, isFetching } = documents;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  const columns = useColumns(marked, setMarked);
  // What is gone meanwhile is marked no longer.
  const names = rows.filter(({ name }) => marked.has(name)).map(({ name }) => name);
  if (documents.isPending) return <Loader aria-label="Loading the folder" />;
  return (
    <Stack gap="xs">
      <Problem error={documents.error} onRetry={() => void documents.refetch()} />
      {documents.isSuccess && rows.length === 0 && (
        <Empty title="This folder is empty">
          <Text size="sm">{mayWrite ? 'Drop files above, or move documents here.' : 'Choose another.'}</Text>
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <DocumentActions
            folder={folder}
            folders={folders}
            names={names}
            mayWrite={mayWrite}
            isAll={names.length === rows.length}
            onMark={(isAll) => setMarked(new Set(isAll ? rows.map(({ name }) => name) : []))}
          />
          <DataTable
            label={`Documents in ${folder}`}
            columns={columns}
            rows={rows}
            rowId={({ name }) => name}
            onEnd={onEnd}
            isLoadingMore={isFetching && hasNextPage}
          />
        </>
      )}
    </Stack>
  );
}

function useColumns(
  marked: ReadonlySet<string>,
  setMarked: (names: ReadonlySet<string>) => void,
): Column<DocumentItem>[] {
  return useMemo(() => {
    const mark = (name: string, isMarked: boolean): void =>
      setMarked(new Set([...marked].filter((one) => one !== name).concat(isMarked ? [name] : [])));
    return columnsOf<DocumentItem>(
      [
        'Document',
        ({ name, title }) => (
          <Checkbox
            size="xs"
            checked={marked.has(name)}
            onChange={(event) => mark(name, event.currentTarget.checked)}
            label={
              <span className={classes['title']} title={name}>
                {title}
              </span>
            }
          />
        ),
      ],
      ['Words', ({ wordCount }) => wordCount.toLocaleString()],
      ['Embedded', (row) => <Embedded document={row} />],
      [
        'Source',
        ({ source, docSource }) => (
          <Text size="sm" maw={260} truncate>
            {source ?? (docSource === NO_SOURCE ? '–' : docSource)}
          </Text>
        ),
      ],
      ['Published', ({ published }) => <Time at={publishedMs(published)} otherwise="–" />],
    );
  }, [marked, setMarked]);
}

function Embedded({ document: { cached, notEmbedded } }: { document: DocumentItem }) {
  const waits = notEmbedded?.[0];
  if (waits === undefined)
    return cached ? (
      <Badge variant="light" color="teal">
        yes
      </Badge>
    ) : (
      <Text size="sm" c="dimmed">
        no
      </Text>
    );
  return (
    <>
      <Badge variant="light" color={waits.status === 'failed' ? 'red' : 'orange'}>
        {waits.status}
      </Badge>
      <Text size="xs" className={classes['reason']}>
        {waits.reason}
      </Text>
    </>
  );
}
