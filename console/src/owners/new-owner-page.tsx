import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { Page } from '../page/page.tsx';
import { OwnerForm, type OwnerFields } from './owner-form.tsx';
import { useAddOwner } from './owner-queries.ts';

export function NewOwnerPage() {
  const [fields, setFields] = useState<OwnerFields>({ name: '', kind: 'person', limits: [], budgets: [] });
  const add = useAddOwner();
  const navigate = useNavigate();
  const submit = (): void =>
    add.mutate(fields, { onSuccess: ({ id }) => void navigate({ to: '/owners/$id', params: { id } }) });
  return (
    <Page title="Add an owner">
      <OwnerForm fields={fields} onChange={setFields} onSubmit={submit} action={add} submitLabel="Add it">
        <CopyAs
          operation="owners.create"
          body={fields}
          cli={['owners', 'create', fields.name || 'NAME', '--kind', fields.kind]}
        />
      </OwnerForm>
    </Page>
  );
}
