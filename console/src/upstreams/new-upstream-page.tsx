import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { Page } from '../page/page.tsx';
import { addCommand, draftOf, fieldsOf, shownSecrets } from './upstream-draft.ts';
import { UpstreamForm } from './upstream-form.tsx';
import { useAddUpstream } from './upstream-queries.ts';

export function NewUpstreamPage() {
  const [fields, setFields] = useState(() => fieldsOf());
  const add = useAddUpstream();
  const navigate = useNavigate();
  const draft = draftOf(fields);
  const submit = (apiKey: string): void =>
    add.mutate(apiKey === '' ? draft : { ...draft, api_key: apiKey }, {
      onSuccess: ({ id }) => void navigate({ to: '/upstreams/$id', params: { id } }),
    });
  return (
    <Page title="Add an upstream">
      <UpstreamForm fields={fields} onChange={setFields} onSubmit={submit} action={add} submitLabel="Add it">
        <CopyAs
          operation="upstreams.add"
          body={draft}
          {...shownSecrets(fields.hasNewKey)}
          cli={addCommand(fields)}
        />
      </UpstreamForm>
    </Page>
  );
}
