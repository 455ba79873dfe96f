import { Stack, Text } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { Problem } from '../page/problem.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { bodyOf, flagsOf, FurtherFields, WidgetFields, type WidgetDraft } from './widget-fields.tsx';
import { useWidgetChanges, type Widget, type WidgetBody } from './widget-queries.ts';

const textOf = (value: number | null): string => (value === null ? '' : String(value));

export const sitesOf = ({ allowlist_domains: sites }: Widget): string[] | null =>
  sites === null ? null : (JSON.parse(sites) as string[]);

const draftOf = (widget: Widget): WidgetDraft => ({
  sites: sitesOf(widget) ?? [],
  isAnySite: widget.allowlist_domains === null,
  mode: widget.chat_mode,
  perDay: textOf(widget.max_chats_per_day),
  perSession: textOf(widget.max_chats_per_session),
  messages: textOf(widget.message_limit),
  mayModel: widget.allow_model_override,
  mayTemperature: widget.allow_temperature_override,
  mayPrompt: widget.allow_prompt_override,
});

/** All settings of a widget. */
export function WidgetSettings({ widget }: { widget: Widget }) {
  const { uuid } = widget;
  const saved = draftOf(widget);
  // Only what the person has changed: the rest is as it is now, also after somebody else's change.
  const [edits, setEdits] = useState<Partial<WidgetDraft>>({});
  const draft = { ...saved, ...edits };
  const { update } = useWidgetChanges();
  const body = bodyOf(draft, saved);
  const isChanged = Object.keys(body).length > 0;
  const flags = flagsOf(draft);
  const set = (change: Partial<WidgetDraft>): void => setEdits((before) => ({ ...before, ...change }));
  const save = async (change: WidgetBody): Promise<void> => {
    await update.mutateAsync({ uuid, body: change });
    setEdits({});
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      await save(body);
      noticeDone({ title: 'The settings are saved', undo: () => save(bodyOf(saved, draft)) });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} aria-label="Settings">
      <Stack maw={720}>
        <WidgetFields draft={draft} set={set} error={update.error} />
        <FurtherFields draft={draft} set={set} />
        <Text size="sm" c="dimmed">
          After you save, visitors spend your budgets, also if another key made the widget.
        </Text>
        <Problem error={update.error} />
        <FormActions
          submit={{ label: 'Save', isPending: update.isPending, isDisabled: !isChanged }}
          cancel={{ label: 'Discard changes', onClick: () => setEdits({}), isDisabled: !isChanged }}
        >
          <CopyAs
            operation="embeds.update"
            path={{ uuid }}
            body={body}
            {...(flags === undefined ? {} : { cli: ['widgets', 'update', uuid, ...flags] })}
          />
        </FormActions>
      </Stack>
    </form>
  );
}
