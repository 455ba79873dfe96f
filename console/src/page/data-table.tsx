import { Loader, Table, Text } from '@mantine/core';
import {
  createColumnHelper,
  tableFeatures,
  useTable,
  type ColumnDef,
  type RowData,
} from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import classes from './data-table.module.css';

const features = tableFeatures({});
const ROW_PX = 41;
/** Rows beyond the window, above and below. */
const OVERSCAN_ROWS = 12;

/** A column; `cell` draws a row's value. */
export type Column<Row extends RowData> = ColumnDef<typeof features, Row, unknown>;

/** The header of a column, and what it draws of a row. */
export type ColumnCells<Row> = [header: string, cell: (row: Row) => React.ReactNode];

/** Makes the columns of a table: `column('Name', (row) => …)`. */
export function columnsOf<Row extends RowData>(...columns: ColumnCells<Row>[]): Column<Row>[] {
  const helper = createColumnHelper<typeof features, Row>();
  return columns.map(([header, cell]) =>
    helper.display({ id: header, header, cell: ({ row }) => cell(row.original) }),
  ) as Column<Row>[];
}

interface DataTableProps<Row extends RowData> {
  /** What it lists, for screen readers. */
  label: string;
  /** Kept between renders. */
  columns: Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Asks for the next page, when its end comes into view. */
  onEnd?: (() => void) | undefined;
  isLoadingMore?: boolean;
}

/** A table that draws only the rows in view: lists of any length scroll. */
export function DataTable<Row extends RowData>({
  label,
  columns,
  rows,
  rowId,
  onEnd,
  isLoadingMore = false,
}: DataTableProps<Row>) {
  const table = useTable({ features, columns, data: rows as Row[], getRowId: rowId });
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    scrollMargin: body.current?.offsetTop ?? 0,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - OVERSCAN_ROWS) onEnd?.();
  }, [last, rows.length, onEnd]);
  const margin = virtual.options.scrollMargin;
  const beforePx = (shown[0]?.start ?? margin) - margin;
  const afterPx = virtual.getTotalSize() - ((shown.at(-1)?.end ?? margin) - margin);
  const model = table.getRowModel().rows;
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table
        aria-label={label}
        aria-rowcount={rows.length + 1}
        highlightOnHover
        verticalSpacing={8}
        className={classes['table']}
      >
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <Table.Th key={header.id} scope="col">
                  <table.FlexRender header={header} />
                </Table.Th>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody ref={body}>
          {beforePx > 0 && <Spacer px={beforePx} />}
          {shown.map(({ index }) => {
            const row = model[index];
            if (row === undefined) return null;
            return (
              <Table.Tr
                key={row.id}
                aria-rowindex={index + 2}
                data-index={index}
                ref={virtual.measureElement}
              >
                {row.getAllCells().map((cell) => (
                  <Table.Td key={cell.id}>
                    <table.FlexRender cell={cell} />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          {afterPx > 0 && <Spacer px={afterPx} />}
        </Table.Tbody>
      </Table>
      <Text role="status" ta="center" size="sm" c="dimmed" mih={24}>
        {isLoadingMore ? <Loader size="xs" aria-label="Loading more" /> : null}
      </Text>
    </Table.ScrollContainer>
  );
}

const Spacer = ({ px }: { px: number }) => (
  <tr aria-hidden style={{ height: px }}>
    <td />
  </tr>
);
