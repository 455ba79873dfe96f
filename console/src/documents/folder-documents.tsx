import { Checkbox, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { columnsOf, DataTable, type Column } from '../page/data-table.tsx';
import { Empty } from '../page/empty.tsx';
import { Problem } from '../page/problem.tsx';
import { SearchField } from '../page/search-field.tsx';
import { State } from '../page/state.tsx';
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

/** The documents of a folder as far as they are read, and those of them that fit the search. */
function useFolder(folder: string) {
  const { q = '' } = useSearch({ from: '/frame/documents' });
  const query = useInfiniteQuery(folderQuery(folder));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.documents) ?? [], [query.data]);
  const { fetchNextPage, hasNextPage, isFetching } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  useEffect(() => {
    // The search looks at all pages.
    if (q !== '') onEnd();
  }, [q, onEnd]);
  const shown = rows.filter(({ title }) => title.toLowerCase().includes(q.toLowerCase()));
  return { q, query, rows, shown, onEnd, isMoreComing: isFetching && hasNextPage };
}

const LOADING_PX = 240;

/** The documents of a folder. Those that are marked can be moved, added to a workspace, or removed. */
export function FolderDocuments({ folder, folders, mayWrite }: FolderDocumentsProps) {
  const { q, query, rows, shown, onEnd, isMoreComing } = useFolder(folder);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const columns = useColumns(marked, setMarked);
  // What is gone meanwhile, or not shown, is marked no longer.
  const names = shown.filter(({ name }) => marked.has(name)).map(({ name }) => name);
  if (query.isPending) return <Skeleton height={LOADING_PX} role="status" aria-label="Loading the folder" />;
  return (
    <Stack gap="xs">
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      {rows.length > 0 && <Search q={q} />}
      {query.isSuccess && shown.length === 0 && (
        <Nothing isFiltered={rows.length > 0} isSearching={isMoreComing} mayWrite={mayWrite} />
      )}
      {shown.length > 0 && (
        <>
          <DocumentActions
            folder={folder}
            folders={folders}
            names={names}
            mayWrite={mayWrite}
            isAll={names.length === shown.length}
            hasMore={query.hasNextPage}
            onMark={(isAll) => setMarked(new Set(isAll ? shown.map(({ name }) => name) : []))}
          />
          <DataTable
            label={`Documents in ${folder}`}
            columns={columns}
            rows={shown}
            rowId={({ name }) => name}
            onEnd={onEnd}
            isLoadingMore={isMoreComing}
          />
        </>
      )}
    </Stack>
  );
}

function Search({ q }: { q: string }) {
  const navigate = useNavigate({ from: '/documents' });
  const search = (text: string | undefined): void =>
    void navigate({ search: (now) => ({ ...now, q: text }), replace: true });
  return (
    <SearchField
      aria-label="Search by title"
      placeholder="Search by title"
      maw={320}
      value={q}
      onChange={search}
    />
  );
}

interface NothingProps {
  isFiltered: boolean;
  isSearching: boolean;
  mayWrite: boolean;
}

function Nothing({ isFiltered, isSearching, mayWrite }: NothingProps) {
  if (!isFiltered)
    return (
      <Empty title="This folder is empty">
        <Text size="sm">{mayWrite ? 'Drop files above, or move documents here.' : 'Choose another.'}</Text>
      </Empty>
    );
  return (
    <Empty title={isSearching ? 'Searching…' : 'No document fits'}>
      <Text size="sm">Change the search, or clear it.</Text>
    </Empty>
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
            size="sm"
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
      <State tone="good">yes</State>
    ) : (
      <Text size="sm" c="dimmed">
        no
      </Text>
    );
  return (
    <>
      <State tone={waits.status === 'failed' ? 'bad' : 'warning'}>{waits.status}</State>
      <Text size="xs" className={classes['reason']}>
        {waits.reason}
      </Text>
    </>
  );
}
