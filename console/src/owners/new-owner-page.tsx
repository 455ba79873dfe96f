import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { Page } from '../page/page.tsx';
import { createCommand, type OwnerDraft } from './owner-draft.ts';
import { OwnerForm } from './owner-form.tsx';
import { useAddOwner } from './owner-queries.ts';

export function NewOwnerPage() {
  const [draft, setDraft] = useState<OwnerDraft>({ name: '', kind: 'person', limits: [], budgets: [] });
  const add = useAddOwner();
  const navigate = useNavigate();
  const submit = (): void =>
    add.mutate(draft, { onSuccess: ({ id }) => void navigate({ to: '/owners/$id', params: { id } }) });
  return (
    <Page title="Add an owner">
      <OwnerForm
        draft={draft}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        onSubmit={submit}
        action={add}
        submitLabel="Add it"
      >
        <CopyAs operation="owners.create" body={draft} cli={createCommand(draft)} />
      </OwnerForm>
    </Page>
  );
}
