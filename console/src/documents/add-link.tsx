import { Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { client } from '../api/client.ts';
import { CopyAs } from '../page/copy-as.tsx';
import { DialogButton } from '../page/dialog-button.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { Problem } from '../page/problem.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { renewDocuments } from './document-mutations.ts';

/** @param workspace the slug of one that is to hold the page */
export const AddLink = ({ workspace }: { workspace?: string }) => (
  <DialogButton label="Add a link" title="Add a page of the web" variant="default">
    {(close) => <LinkForm workspace={workspace} onEnd={close} />}
  </DialogButton>
);

function LinkForm({ workspace, onEnd }: { workspace: string | undefined; onEnd: () => void }) {
  const [link, setLink] = useState('');
  const workspaces = workspace === undefined ? [] : [workspace];
  const add = useMutation({
    // The address is its source: added again, the page is replaced where it has changed.
    mutationFn: () => client.uploadLink({ link: link.trim(), source: link.trim(), workspaces }),
    onSuccess: renewDocuments,
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      const { documents, error, warnings, outcome } = await add.mutateAsync();
      const title = documents[0]?.title ?? link;
      noticeDone({
        title: outcome === 'known' ? 'The page has not changed' : 'The page is stored',
        message: [title, ...(error === null ? [] : [error]), ...warnings].join(' · '),
      });
      onEnd();
    } catch {
      // Shown below the field.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          type="url"
          label="Address"
          description="The server fetches the page, and stores its text."
          placeholder="https://example.com/handbook"
          value={link}
          onChange={(event) => setLink(event.currentTarget.value)}
          maxLength={5_000}
          required
          data-autofocus
        />
        {add.isPending && (
          <Text size="sm" role="status">
            Fetching, reading and embedding the page…
          </Text>
        )}
        <Problem error={add.error} />
        <FormActions submit={{ label: 'Add', isPending: add.isPending }} cancel={{ onClick: onEnd }}>
          <CopyAs
            operation="documents.upload_link"
            body={{ link, source: link, ...(workspace === undefined ? {} : { addToWorkspaces: workspace }) }}
            cli={[
              'documents',
              'add',
              link.trim() || 'https://example.com/handbook',
              ...(workspace === undefined ? [] : ['--workspace', workspace]),
            ]}
          />
        </FormActions>
      </Stack>
    </form>
  );
}
