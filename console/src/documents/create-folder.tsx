import { Stack, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { DialogButton } from '../page/dialog-button.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { Problem } from '../page/problem.tsx';
import { useCreateFolder } from './document-mutations.ts';

export const CreateFolder = ({ onCreated }: { onCreated: (name: string) => void }) => (
  <DialogButton label="New folder">
    {(close) => (
      <FolderForm
        onCreated={(name) => {
          close();
          onCreated(name);
        }}
        onCancel={close}
      />
    )}
  </DialogButton>
);

function FolderForm({ onCreated, onCancel }: { onCreated: (name: string) => void; onCancel: () => void }) {
  const [text, setText] = useState('');
  const create = useCreateFolder();
  const name = text.trim();
  // The server drops `../` at the start: the folder would have another name.
  const hasSlash = /[/\\]/.test(name);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    // Who has closed the dialog meanwhile is led nowhere.
    if (!hasSlash) create.mutate(name, { onSuccess: () => onCreated(name) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="One name without slashes, such as reports."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          required
          data-autofocus
          error={hasSlash && 'A folder has no slash in its name, such as reports.'}
        />
        <Problem error={create.error} />
        <FormActions submit={{ label: 'Create', isPending: create.isPending }} cancel={{ onClick: onCancel }}>
          <CopyAs operation="documents.create_folder" body={{ name }} />
        </FormActions>
      </Stack>
    </form>
  );
}
