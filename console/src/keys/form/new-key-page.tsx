import { Anchor, Button, Collapse, Stack, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef, useState, type SubmitEvent } from 'react';
import { OwnerSelect } from '../../owners/owner-select.tsx';
import { CopyAs } from '../../page/copy-as.tsx';
import { PageButton } from '../../page/page-controls.tsx';
import { Page } from '../../page/page.tsx';
import { fieldError, Problem, useTries } from '../../page/problem.tsx';
import { useMay } from '../../session/session-queries.ts';
import { createCommand } from '../holdings/command.ts';
import { EMPTY_DRAFT, mintBody, type Draft, type MintBody } from '../holdings/draft.ts';
import { isComplete } from '../holdings/metadata.ts';
import { useMint } from '../key-mutations.ts';
import { SecretDialog } from '../secret/secret-dialog.tsx';
import { SentenceCard } from '../sentence-card.tsx';
import { ExpiryField, isExpiryHalf } from './expiry-field.tsx';
import { FormColumns } from './form-columns.tsx';
import { HoldingsFields, type FieldsProps } from './holdings-fields.tsx';
import { MetadataField } from './metadata-field.tsx';
import { TagsField } from './tags-field.tsx';
import { missingTargets, TasksField, withGaps } from './tasks-field.tsx';

const newOnce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Sent with the request: a repeat after a lost connection makes no second key. Another body is another request. */
function useOnce(): (body: MintBody) => string {
  const sent = useRef({ text: '', once: '' });
  return (body) => {
    const text = JSON.stringify(body);
    if (sent.current.text !== text) sent.current = { text, once: newOnce() };
    return sent.current.once;
  };
}

/** Mints a key for a task. */
export function NewKeyPage() {
  const navigate = useNavigate();
  const { parent = null } = useSearch({ from: '/frame/keys/new' });
  const [form, setForm] = useState<Draft>(EMPTY_DRAFT);
  const draft = { ...form, parent };
  const [chosen, setChosen] = useState<string[]>([]);
  const { form: formRef, isTried, refuse } = useTries();
  const once = useOnce();
  const mint = useMint();
  const set = (change: Partial<Draft>): void => setForm((before) => ({ ...before, ...change }));
  const missing = missingTargets(chosen, draft);
  const body = mintBody(draft);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (missing.length === 0 && isWhole(draft) && !isExpiryHalf(event.currentTarget))
      mint.mutate({ body, once: once(body) }, { onError: refuse });
    else refuse();
  };
  const minted = mint.data;
  const close = (): void => {
    mint.reset();
    if (minted !== undefined) void navigate({ to: '/keys/$id', params: { id: minted.key.id } });
  };
  const fields = { draft, set, error: mint.error };
  return (
    <Page
      title={parent === null ? 'New key' : 'New child key'}
      description={
        parent === null
          ? 'Choose what it is for. Its secret is shown once, as soon as it is made.'
          : `It counts against its parent ${parent}, and ends with it.`
      }
    >
      <form ref={formRef} onSubmit={submit} noValidate>
        <FormColumns
          side={
            <>
              <SentenceCard draft={withGaps(draft, missing)} />
              <Problem error={mint.error} />
            </>
          }
          actions={
            <>
              <Button type="submit" loading={mint.isPending}>
                Make the key
              </Button>
              <CancelButton parent={parent} />
              <CopyAs operation="keys.create" body={body} cli={createCommand(draft)} />
            </>
          }
        >
          <NameField {...fields} isTried={isTried} />
          <TasksField {...fields} chosen={chosen} onChoose={setChosen} isTried={isTried} />
          <ExpiryField
            value={draft.expires}
            onChange={(expires) => set({ expires })}
            error={fieldError(mint.error, 'expires_at')}
          />
          <OwnerField {...fields} />
          <Details {...fields} isTried={isTried} />
        </FormColumns>
      </form>
      {minted !== undefined && (
        <SecretDialog minted={minted.key} secret={minted.secret} warnings={minted.warnings} onClose={close} />
      )}
    </Page>
  );
}

const CancelButton = ({ parent }: { parent: string | null }) =>
  parent === null ? (
    <PageButton to="/keys" variant="default">
      Cancel
    </PageButton>
  ) : (
    <PageButton to="/keys/$id" params={{ id: parent }} search={{ tab: 'children' }} variant="default">
      Cancel
    </PageButton>
  );

const hasName = ({ name }: Draft): boolean => name.trim() !== '';

const isWhole = (draft: Draft): boolean =>
  hasName(draft) && draft.scopes.length > 0 && isComplete(draft.metadata);

const NameField = ({ draft, set, error, isTried }: FieldsProps & { isTried: boolean }) => (
  <TextInput
    label="Name"
    description="The app, the person or the machine that gets it"
    required
    autoFocus
    maxLength={200}
    value={draft.name}
    onChange={(event) => set({ name: event.currentTarget.value })}
    error={isTried && !hasName(draft) ? 'Give it a name, such as Kenji’s laptop.' : fieldError(error, 'name')}
  />
);

function OwnerField({ draft, set, error }: FieldsProps) {
  const may = useMay();
  if (!may('owners:manage')) return null;
  return (
    <OwnerSelect
      label="Owner"
      description="The person, service or team that it belongs to. Empty: your own"
      clearable
      maw={320}
      value={draft.owner === '' ? null : draft.owner}
      onChange={(owner) => set({ owner: owner ?? '' })}
      error={fieldError(error, 'owner')}
    />
  );
}

/** The advanced view. An error in it opens it. */
function Details(props: FieldsProps & { isTried: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const { error } = props;
  const isWrong = ['scopes', 'selectors', 'limits', 'budgets', 'tags', 'metadata'].some(
    (name) => fieldError(error, name) !== undefined,
  );
  const isShown = isOpen || isWrong;
  return (
    <>
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="start"
        aria-expanded={isShown}
        onClick={() => setOpen(!isShown)}
      >
        {isShown ? 'Hide the details' : 'Scopes, limits, budgets, addresses, tags and notes'}
      </Anchor>
      <Collapse expanded={isShown}>
        <Stack gap="lg">
          <HoldingsFields {...props} />
          <TagsField {...props} />
          <MetadataField {...props} />
        </Stack>
      </Collapse>
    </>
  );
}
