import { Skeleton } from '@mantine/core';
import type { RowData } from '@tanstack/react-table';
import { useCallback, type ReactNode } from 'react';
import { DataTable, type Column } from './data-table.tsx';
import { Empty } from './empty.tsx';
import { Problem } from './problem.tsx';

/** The part of a query that a list needs; the last two of one that reads page by page. */
interface ListQuery {
  isPending: boolean;
  isSuccess: boolean;
  isFetching: boolean;
  error: unknown;
  refetch: () => Promise<unknown>;
  hasNextPage?: boolean;
  fetchNextPage?: () => Promise<unknown>;
  isFetchingNextPage?: boolean;
}

interface ListProps<Row extends RowData> {
  /** What it lists, for screen readers. */
  label: string;
  query: ListQuery;
  rows: readonly Row[];
  columns: Column<Row>[];
  rowId: (row: Row) => string;
  /** What is said of an empty list, and what to do next. */
  emptyTitle: string;
  children?: ReactNode;
}

const LOADING_PX = 240;

/** A list in each of its states: on its way, failed, empty, there. */
export function List<Row extends RowData>({
  label,
  query,
  rows,
  columns,
  rowId,
  emptyTitle,
  children,
}: ListProps<Row>) {
  const { hasNextPage = false, isFetching, fetchNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage?.();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <Skeleton height={LOADING_PX} />}
      {query.isSuccess && rows.length === 0 && <Empty title={emptyTitle}>{children}</Empty>}
      {rows.length > 0 && (
        <DataTable
          label={label}
          columns={columns}
          rows={rows}
          rowId={rowId}
          onEnd={fetchNextPage === undefined ? undefined : onEnd}
          isLoadingMore={query.isFetchingNextPage === true}
        />
      )}
    </>
  );
}
