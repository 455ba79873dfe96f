import { Fieldset, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useNavigateHere } from '../app/navigate-here.ts';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { Problem } from '../page/problem.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { DeleteWorkspace } from './delete-workspace.tsx';
import { AnswerFields, ModelFields, SearchFields } from './settings-fields.tsx';
import { bodyOf, commandOf, draftOf, type SettingsDraft } from './settings-draft.ts';
import { useUpdateWorkspace, type WorkspaceBody } from './workspace-mutations.ts';
import type { OpenWorkspace } from './workspace-queries.ts';

/** All settings of a workspace, and its end. */
export function SettingsTab({ workspace }: { workspace: OpenWorkspace }) {
  const { slug, name } = workspace;
  const navigate = useNavigateHere();
  return (
    <Stack maw={720} gap="xl">
      <SettingsForm workspace={workspace} />
      <Paper withBorder p="md">
        <Group justify="space-between">
          <div>
            <Title order={2} size="h5">
              Delete this workspace
            </Title>
            <Text size="sm" c="dimmed">
              Its chats are lost; its documents stay in their folders.
            </Text>
          </div>
          <DeleteWorkspace slug={slug} name={name} onDeleted={() => void navigate({ to: '/workspaces' })} />
        </Group>
      </Paper>
    </Stack>
  );
}

function SettingsForm({ workspace }: { workspace: OpenWorkspace }) {
  const { slug } = workspace;
  const saved = draftOf(workspace);
  // Only what the person has changed: the rest is as it is now, also after somebody else's change.
  const [edits, setEdits] = useState<Partial<SettingsDraft>>({});
  const draft = { ...saved, ...edits };
  const update = useUpdateWorkspace(slug);
  const body = bodyOf(saved, draft);
  const isChanged = Object.keys(body).length > 0;
  const set = (change: Partial<SettingsDraft>): void => setEdits((before) => ({ ...before, ...change }));
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const undo = bodyOf(draft, saved);
    // The server takes the nearest allowed value: what it has is shown.
    const save = async (change: WorkspaceBody): Promise<void> => {
      await update.mutateAsync(change);
      setEdits({});
    };
    try {
      await save(body);
      noticeDone({ title: 'The settings are saved', undo: () => save(undo) });
    } catch {
      // Shown below the fields.
    }
  };
  const fields = { draft, set, error: update.error };
  return (
    <form onSubmit={(event) => void submit(event)} aria-label="Settings">
      <Stack>
        <Fieldset legend="Answers">
          <AnswerFields {...fields} />
        </Fieldset>
        <Fieldset legend="Model">
          <ModelFields {...fields} />
        </Fieldset>
        <Fieldset legend="Search in the documents">
          <SearchFields {...fields} />
        </Fieldset>
        <Problem error={update.error} />
        <FormActions
          submit={{ label: 'Save', isPending: update.isPending, isDisabled: !isChanged }}
          cancel={{ label: 'Discard changes', onClick: () => setEdits({}), isDisabled: !isChanged }}
        >
          <CopyAs
            operation="workspaces.update"
            path={{ slug }}
            body={body}
            cli={commandOf(slug, saved, draft)}
          />
        </FormActions>
      </Stack>
    </form>
  );
}
