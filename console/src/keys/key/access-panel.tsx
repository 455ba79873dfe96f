import { Alert, Button, List, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../../page/copy-as.tsx';
import { acknowledgedText, noticeDone } from '../../page/done-notice.tsx';
import { fieldError, Problem } from '../../page/problem.tsx';
import { ExpiryField, isExpiryHalf } from '../form/expiry-field.tsx';
import { FormColumns } from '../form/form-columns.tsx';
import { HoldingsFields, type FieldsProps } from '../form/holdings-fields.tsx';
import { MetadataField } from '../form/metadata-field.tsx';
import { TagsField } from '../form/tags-field.tsx';
import { changesOf, type Change } from '../holdings/changes.ts';
import { updateCommand } from '../holdings/command.ts';
import { changeBody, draftOf, type Draft } from '../holdings/draft.ts';
import { isComplete } from '../holdings/metadata.ts';
import { useUpdateKey } from '../key-mutations.ts';
import { scopesQuery } from '../key-queries.ts';
import { SentenceCard } from '../sentence-card.tsx';
import type { PanelProps } from './panel.tsx';

/** Changes what a key may do. The way here may name the scopes that it begins without. */
export function AccessPanel({ read }: PanelProps) {
  const { narrow = false } = useSearch({ from: '/frame/keys/$id' });
  const scopes = useQuery({ ...scopesQuery(read.key.id), enabled: narrow });
  if (read.key.state === 'revoked')
    return <Text size="sm">A revoked key cannot be changed. Restore it first.</Text>;
  if (scopes.isLoading) return <Skeleton height={LOADING_PX} />;
  const narrowed = narrow ? (scopes.data?.narrowed ?? []) : [];
  return (
    <>
      <Problem error={scopes.error} onRetry={() => void scopes.refetch()} />
      <AccessForm read={read} {...(narrowed.length > 0 && { scopes: narrowed })} />
    </>
  );
}

const LOADING_PX = 320;

interface FormProps extends PanelProps {
  /** What the form begins with. @default those of the key */
  scopes?: Draft['scopes'];
}

/** Says before what a change takes away and what it gives. */
function AccessForm({ read, scopes }: FormProps) {
  const { key } = read;
  // What the person began with: somebody else's change since then is refused by the server, not overwritten.
  const [start, setStart] = useState(read);
  const [draft, setDraft] = useState<Draft>(() => ({
    ...draftOf(key),
    ...(scopes !== undefined && { scopes }),
  }));
  const [isTried, setTried] = useState(false);
  const update = useUpdateKey(key.id);
  const before = draftOf(start.key);
  const changes = changesOf(before, draft);
  const body = changeBody(before, draft);
  const set = (change: Partial<Draft>): void => setDraft((was) => ({ ...was, ...change }));
  const beginAnew = (from: typeof read): void => {
    setStart(from);
    setDraft(draftOf(from.key));
    setTried(false);
    update.reset();
  };
  const save = async (): Promise<void> => {
    const { key: changed, acknowledged, etag } = await update.mutateAsync({ body, etag: start.etag });
    beginAnew({ key: changed, etag });
    noticeDone({
      title: `${changed.name} is changed`,
      message: acknowledgedText(acknowledged),
      undo: async () => {
        const undone = await update.mutateAsync({ body: changeBody(draft, before), etag });
        beginAnew({ key: undone.key, etag: undone.etag });
      },
    });
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setTried(true);
    if (isComplete(draft.metadata) && !isExpiryHalf(event.currentTarget)) void save().catch(() => undefined);
  };
  // Nothing was typed yet: what is read anew is shown.
  if (changes.length === 0 && read.etag !== null && read.etag !== start.etag) {
    setStart(read);
    setDraft(draftOf(key));
  }
  return (
    <form onSubmit={submit} noValidate>
      <FormColumns
        side={
          <>
            <SentenceCard draft={draft} />
            <Changes changes={changes} />
            <Problem error={update.error} onRetry={() => beginAnew(read)} />
          </>
        }
        actions={
          <>
            <SaveButtons
              isPending={update.isPending}
              isUnchanged={changes.length === 0}
              onReset={() => beginAnew(read)}
            />
            {changes.length > 0 && <CopyChange id={key.id} before={before} draft={draft} />}
          </>
        }
      >
        <Fields draft={draft} set={set} error={update.error} isTried={isTried} />
      </FormColumns>
    </form>
  );
}

const CopyChange = ({ id, before, draft }: { id: string; before: Draft; draft: Draft }) => (
  <CopyAs
    operation="keys.update"
    path={{ id }}
    body={changeBody(before, draft)}
    cli={updateCommand(id, before, draft)}
  />
);

interface SaveProps {
  isPending: boolean;
  isUnchanged: boolean;
  onReset: () => void;
}

const SaveButtons = ({ isPending, isUnchanged, onReset }: SaveProps) => (
  <>
    <Button type="submit" loading={isPending} disabled={isUnchanged}>
      Save
    </Button>
    <Button variant="default" disabled={isUnchanged} onClick={onReset}>
      Reset
    </Button>
  </>
);

function Fields(props: FieldsProps & { isTried: boolean }) {
  const { draft, set, error } = props;
  return (
    <>
      <TextInput
        label="Name"
        required
        maxLength={200}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={fieldError(error, 'name')}
      />
      <ExpiryField
        value={draft.expires}
        onChange={(expires) => set({ expires })}
        error={fieldError(error, 'expires_at')}
      />
      <HoldingsFields {...props} />
      <TagsField {...props} />
      <MetadataField {...props} />
    </>
  );
}

const EFFECTS: [Change['effect'], string, string][] = [
  ['takes', 'Takes away', 'orange'],
  ['gives', 'Gives', 'indigo'],
  ['keeps', 'Also', 'gray'],
];

function Changes({ changes }: { changes: Change[] }) {
  return (
    <Stack gap="xs" role="status" aria-label="What saving changes">
      {EFFECTS.map(([effect, title, color]) => {
        const some = changes.filter((change) => change.effect === effect);
        if (some.length === 0) return null;
        return (
          <Alert key={effect} color={color} title={title}>
            <List size="sm" spacing={2}>
              {some.map(({ text }) => (
                <List.Item key={text}>{text}</List.Item>
              ))}
            </List>
          </Alert>
        );
      })}
    </Stack>
  );
}
