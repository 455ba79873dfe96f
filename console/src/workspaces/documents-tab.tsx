import { Button, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { AddLink } from '../documents/add-link.tsx';
import { useChangeDocuments, usePin } from '../documents/document-mutations.ts';
import { DropZone } from '../documents/drop-zone.tsx';
import { UploadList } from '../documents/upload-list.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Empty } from '../page/empty.tsx';
import { Problem } from '../page/problem.tsx';
import { State } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { noticeDone, noticeFailure } from '../page/done-notice.tsx';
import { useMay } from '../session/session-queries.ts';
import type { EmbeddedDocument, OpenWorkspace } from './workspace-queries.ts';
import classes from '../documents/documents.module.css';
import { PageButton } from '../page/page-controls.tsx';

/** The documents that a workspace answers from. */
export function DocumentsTab({ workspace }: { workspace: OpenWorkspace }) {
  const { slug, documents } = workspace;
  const may = useMay();
  const mayAdd = may('documents:write') && may('workspaces:write');
  const place = useMemo(() => ({ workspace: slug }), [slug]);
  return (
    <Stack>
      {mayAdd && (
        <DropZone place={place}>
          <AddLink workspace={slug} />
          {may('documents:read') && (
            <PageButton variant="default" to="/documents">
              From the documents
            </PageButton>
          )}
          <CopyAs
            operation="documents.upload"
            form={{ file: '@handbook.pdf', addToWorkspaces: slug }}
            cli={['documents', 'add', 'handbook.pdf', '--workspace', slug]}
          />
        </DropZone>
      )}
      <UploadList place={place} />
      {documents.length === 0 ? (
        <Empty title="This workspace has no documents">
          <Text size="sm" ta="center">
            {mayAdd
              ? 'Drop a file above. Chats then answer from it, and name it as their source.'
              : 'Ask somebody who may change this workspace to add some.'}
          </Text>
        </Empty>
      ) : (
        <EmbeddedDocuments workspace={workspace} />
      )}
    </Stack>
  );
}

interface Metadata {
  title?: string;
  wordCount?: number;
}

function metadataOf({ metadata, filename }: EmbeddedDocument): { title: string; words: number } {
  const { title = filename, wordCount = 0 } = JSON.parse(metadata) as Metadata;
  return { title, words: wordCount };
}

/** Fewer are found by looking. */
const SEARCHED_FROM = 10;

function EmbeddedDocuments({ workspace: { slug, documents } }: { workspace: OpenWorkspace }) {
  const [wanted, setWanted] = useState('');
  const shown = documents.filter((one) =>
    metadataOf(one).title.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const mayChange = useMay()('workspaces:write');
  const columns = useMemo(
    () =>
      columnsOf<EmbeddedDocument>(
        [
          'Document',
          (row) => (
            <span className={classes['title']} title={row.docpath}>
              {metadataOf(row).title}
            </span>
          ),
        ],
        ['State', (row) => <EmbeddedState document={row} slug={slug} mayChange={mayChange} />],
        ['Words', (row) => metadataOf(row).words.toLocaleString()],
        ['Pinned', (row) => <Pin document={row} slug={slug} mayChange={mayChange} />],
        ['Added', ({ createdAt }) => <Time at={createdAt} />],
        ...(mayChange
          ? [['Actions', (row: EmbeddedDocument) => <Remove document={row} slug={slug} />] as const]
          : []),
      ),
    [slug, mayChange],
  );
  return (
    <>
      {documents.length >= SEARCHED_FROM && (
        <TextInput
          aria-label="Search by title"
          placeholder="Search by title"
          maw={320}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 ? (
        <Empty title="No document fits">
          <Text size="sm">Change the search, or clear it.</Text>
        </Empty>
      ) : (
        <DataTable label="Documents" columns={columns} rows={shown} rowId={({ docId }) => docId} />
      )}
    </>
  );
}

interface CellProps {
  document: EmbeddedDocument;
  slug: string;
}

function EmbeddedState({ document, slug, mayChange }: CellProps & { mayChange: boolean }) {
  const { docpath, notEmbedded } = document;
  const again = useChangeDocuments();
  if (notEmbedded === undefined) return <State tone="good">ready</State>;
  const { status, reason } = notEmbedded;
  return (
    <Stack gap={4} align="start">
      <State tone={status === 'failed' ? 'bad' : 'warning'}>{status}</State>
      <Text size="xs" className={classes['reason']}>
        {reason}
      </Text>
      <Problem error={again.error} />
      {status === 'failed' && mayChange && (
        <Button
          size="compact-xs"
          variant="default"
          loading={again.isPending}
          onClick={() => again.mutate({ slug, adds: [docpath] })}
        >
          Try again
        </Button>
      )}
    </Stack>
  );
}

function Pin({ document, slug, mayChange }: CellProps & { mayChange: boolean }) {
  const { docpath: location, pinned } = document;
  const pin = usePin(slug);
  return (
    <Switch
      aria-label={`Pin ${metadataOf(document).title}`}
      title="A pinned document goes with every question as a whole."
      checked={pin.isPending ? pin.variables.isPinned : pinned}
      disabled={!mayChange}
      onChange={(event) =>
        pin.mutate(
          { location, isPinned: event.currentTarget.checked },
          { onError: (error) => noticeFailure('The pin was not changed', error) },
        )
      }
    />
  );
}

function Remove({ document, slug }: CellProps) {
  const { docpath } = document;
  const { title } = metadataOf(document);
  const change = useChangeDocuments();
  const remove = async (): Promise<void> => {
    await change.mutateAsync({ slug, deletes: [docpath] });
    noticeDone({
      title: 'Removed from this workspace',
      message: title,
      undo: () => change.mutateAsync({ slug, adds: [docpath] }),
    });
  };
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      aria-label={`Remove ${title}`}
      loading={change.isPending}
      onClick={() => void remove().catch((error: unknown) => noticeFailure('It was not removed', error))}
    >
      Remove
    </Button>
  );
}
