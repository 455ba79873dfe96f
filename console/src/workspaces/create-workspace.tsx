import { Radio, Stack, TextInput } from '@mantine/core';
import { useNavigateHere } from '../app/navigate-here.ts';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { DialogButton } from '../page/dialog-button.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { MODES } from './modes.ts';
import { useCreateWorkspace } from './workspace-mutations.ts';

export const CreateWorkspace = () => (
  <DialogButton label="New workspace">{(close) => <CreateForm onCancel={close} />}</DialogButton>
);

function CreateForm({ onCancel }: { onCancel: () => void }) {
  const [name, setName] = useState('');
  const [chatMode, setMode] = useState('automatic');
  const create = useCreateWorkspace();
  const navigate = useNavigateHere();
  const body = { name: name.trim(), chatMode };
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      const { slug } = await create.mutateAsync(body);
      await navigate({ to: '/workspaces/$slug', params: { slug }, search: { tab: 'documents' } });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label="Name"
          description="People read it. Its name in addresses is made from it."
          placeholder="Staff handbook"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={255}
          required
          data-autofocus
          error={fieldError(create.error, 'name')}
        />
        <Radio.Group label="Answers come from" value={chatMode} onChange={setMode}>
          <Stack gap="xs" mt="xs">
            {MODES.map(({ value, label, says }) => (
              <Radio key={value} value={value} label={label} description={says} />
            ))}
          </Stack>
        </Radio.Group>
        <Problem error={create.error} />
        <FormActions submit={{ label: 'Create', isPending: create.isPending }} cancel={{ onClick: onCancel }}>
          <CopyAs
            operation="workspaces.create"
            body={body}
            cli={['workspaces', 'create', body.name || 'NAME', '--mode', chatMode]}
          />
        </FormActions>
      </Stack>
    </form>
  );
}
