import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigateHere } from '../app/navigate-here.ts';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { DialogButton } from '../page/dialog-button.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { workspacesQuery } from '../workspaces/workspace-queries.ts';
import { bodyOf, flagsOf, NEW_WIDGET, WidgetFields } from './widget-fields.tsx';
import { useWidgetChanges } from './widget-queries.ts';

export const CreateWidget = () => (
  <DialogButton label="New widget">{(close) => <CreateForm onCancel={close} />}</DialogButton>
);

function CreateForm({ onCancel }: { onCancel: () => void }) {
  const [slug, setSlug] = useState<string | null>(null);
  const [draft, setDraft] = useState(NEW_WIDGET);
  const { create } = useWidgetChanges();
  const navigate = useNavigateHere();
  const workspaces = useQuery(workspacesQuery);
  const body = { workspace_slug: slug ?? '', ...bodyOf(draft) };
  const flags = flagsOf(draft);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      const { uuid } = await create.mutateAsync(body);
      await navigate({ to: '/widgets/$uuid', params: { uuid } });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Select
          label="Workspace"
          description="Visitors can ask for anything that its documents say."
          placeholder="Choose a workspace"
          data={workspaces.data?.map((one) => ({ value: one.slug, label: one.name })) ?? []}
          value={slug}
          onChange={setSlug}
          searchable
          required
          data-autofocus
          nothingFoundMessage="No workspace"
          error={fieldError(create.error, 'workspace_slug')}
        />
        <WidgetFields
          draft={draft}
          set={(change) => setDraft((before) => ({ ...before, ...change }))}
          error={create.error}
        />
        <Text size="sm" c="dimmed">
          Visitors spend your budgets, and the widget ends when your access ends.
        </Text>
        <Problem error={create.error ?? workspaces.error} />
        <FormActions submit={{ label: 'Create', isPending: create.isPending }} cancel={{ onClick: onCancel }}>
          <CopyAs
            operation="embeds.create"
            body={body}
            {...(flags === undefined ? {} : { cli: ['widgets', 'create', slug ?? 'WORKSPACE', ...flags] })}
          />
        </FormActions>
      </Stack>
    </form>
  );
}
