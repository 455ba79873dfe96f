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
import { CloseTimes } from './time-form.ts';

const features = tableFeatures({});
const ROW_PX = 41;
/** Rows beyond the window, above and below. */
const OVERSCAN_ROWS = 12;

/** The header of the column with what can be done with a row: the last one, in view also where the table is wider than the window. */
const ACTIONS = 'Actions';

/** A column; `cell` draws a row's value. */
export type Column<Row extends RowData> = ColumnDef<typeof features, Row>;

/** The header of a column, and what it draws of a row. */
export type ColumnCells<Row> = readonly [header: string, cell: (row: Row) => React.ReactNode];

/** Makes the columns of a table: `column('Name', (row) => …)`. */
export function columnsOf<Row extends RowData>(...columns: readonly ColumnCells<Row>[]): Column<Row>[] {
  const helper = createColumnHelper<typeof features, Row>();
  return columns.map(([header, cell]) =>
    helper.display({ id: header, header, cell: ({ row }) => whole(cell(row.original)) }),
  );
}

/** A long text is cut where its column ends: the pointer shows all of it. */
const whole = (value: React.ReactNode): React.ReactNode =>
  typeof value === 'string' && value !== '' ? <span title={value}>{value}</span> : value;

/** The keyboard scrolls a table that is wider than the window. */
const reachable = (label: string) => ({ tabIndex: 0, role: 'group', 'aria-label': label });

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
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    scrollMargin: body.current?.offsetTop ?? 0,
  });
  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - OVERSCAN_ROWS) onEnd?.();
  }, [last, rows.length, onEnd]);
  const margin = virtual.options.scrollMargin;
  const beforePx = (shown[0]?.start ?? margin) - margin;
  const afterPx = virtual.getTotalSize() - ((shown.at(-1)?.end ?? margin) - margin);
  return (
    <Table.ScrollContainer minWidth={0} scrollAreaProps={{ viewportProps: reachable(label) }}>
      <CloseTimes value>
        <Table
          aria-label={label}
          aria-rowcount={rows.length + 1}
          highlightOnHover
          verticalSpacing={8}
          className={classes['table']}
        >
          <RowsInView
            columns={columns}
            rows={rows.slice(first, last + 1)}
            rowId={rowId}
            first={first}
            beforePx={beforePx}
            afterPx={afterPx}
            body={body}
            measure={virtual.measureElement}
          />
        </Table>
      </CloseTimes>
      {onEnd !== undefined && (
        <Text role="status" ta="center" size="sm" c="dimmed" mih={24}>
          {isLoadingMore ? <Loader size="xs" aria-label="Loading more" /> : null}
        </Text>
      )}
    </Table.ScrollContainer>
  );
}

interface RowsProps<Row extends RowData> extends Pick<DataTableProps<Row>, 'columns' | 'rows' | 'rowId'> {
  /** The place of the first row in the whole list. */
  first: number;
  /** Heights of all that is out of view. */
  beforePx: number;
  afterPx: number;
  body: React.Ref<HTMLTableSectionElement>;
  measure: (row: HTMLTableRowElement | null) => void;
}

/** The table knows the rows in view alone: its work does not grow with the list. Measured in bench/console.ts. */
function RowsInView<Row extends RowData>({
  columns,
  rows,
  rowId,
  first,
  body,
  measure,
  ...px
}: RowsProps<Row>) {
  const table = useTable({ features, columns, data: rows, getRowId: rowId });
  return (
    <>
      <Table.Thead>
        {table.getHeaderGroups().map((group) => (
          <Table.Tr key={group.id} aria-rowindex={1}>
            {group.headers.map((header) => (
              <Table.Th key={header.id} scope="col" mod={{ actions: header.id === ACTIONS }}>
                <table.FlexRender header={header} />
              </Table.Th>
            ))}
          </Table.Tr>
        ))}
      </Table.Thead>
      <Table.Tbody ref={body}>
        {px.beforePx > 0 && <Spacer px={px.beforePx} />}
        {table.getRowModel().rows.map((row, index) => (
          <Table.Tr key={row.id} aria-rowindex={first + index + 2} data-index={first + index} ref={measure}>
            {row.getAllCells().map((cell) => (
              <Table.Td key={cell.id} mod={{ actions: cell.column.id === ACTIONS }}>
                <table.FlexRender cell={cell} />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
        {px.afterPx > 0 && <Spacer px={px.afterPx} />}
      </Table.Tbody>
    </>
  );
}

const Spacer = ({ px }: { px: number }) => (
  <tr aria-hidden style={{ height: px }}>
    <td />
  </tr>
);
