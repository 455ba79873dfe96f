import { Button } from '@mantine/core';
import { ADDRESS } from '../api/client.ts';
import { CopyAs } from '../page/copy-as.tsx';
import { filterOf } from './audit-queries.ts';
import type { AuditSearch } from './routes.ts';

/** The record as a file: all of it, which can be verified, or what the filters show. */
export function ExportRecords({ search }: { search: AuditSearch }) {
  const filter = Object.entries(filterOf(search)).filter(
    (one): one is [string, string] => one[1] !== undefined,
  );
  const isWhole = filter.length === 0;
  const query = new URLSearchParams(filter).toString();
  const name = isWhole ? 'keyward-audit.ndjson' : 'keyward-audit-selection.ndjson';
  return (
    <>
      <CopyAs
        operation="audit.export"
        query={Object.fromEntries(filter)}
        cli={['audit', 'export', name, ...filter.flatMap(([flag, value]) => [`--${flag}`, value])]}
      />
      <Button
        component="a"
        variant="default"
        href={`${ADDRESS}/v1/audit/export${isWhole ? '' : `?${query}`}`}
        download={name}
      >
        {isWhole ? 'Export all records' : 'Export these records'}
      </Button>
    </>
  );
}
