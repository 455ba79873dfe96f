import { Autocomplete, NumberInput, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { fieldError } from '../page/problem.tsx';
import { useMay } from '../session/session-queries.ts';
import { MODES, SEARCHES } from './modes.ts';
import type { SettingsDraft } from './settings-draft.ts';
import { modelsQuery } from './workspace-queries.ts';

interface FieldsProps {
  draft: SettingsDraft;
  set: (change: Partial<SettingsDraft>) => void;
  error: unknown;
}

const TEXT_MAX_CHARACTERS = 500_000;

export function AnswerFields({ draft, set, error }: FieldsProps) {
  return (
    <Stack>
      <TextInput
        label="Name"
        description="The address of the workspace keeps its first name."
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        maxLength={255}
        required
        error={fieldError(error, 'name')}
      />
      <Radio.Group
        label="Answers come from"
        value={draft.chatMode}
        onChange={(chatMode) => set({ chatMode })}
        error={fieldError(error, 'chatMode')}
      >
        <Stack gap="xs" mt="xs">
          {MODES.map(({ value, label, says }) => (
            <Radio key={value} value={value} label={label} description={says} />
          ))}
        </Stack>
      </Radio.Group>
      {draft.chatMode === 'query' && (
        <Textarea
          label="Answer where no document answers"
          description="Empty: a sentence in English that says so."
          value={draft.queryRefusalResponse}
          onChange={(event) => set({ queryRefusalResponse: event.currentTarget.value })}
          maxLength={TEXT_MAX_CHARACTERS}
          autosize
          minRows={2}
          error={fieldError(error, 'queryRefusalResponse')}
        />
      )}
      <Textarea
        label="System prompt"
        description="What the model is told before each question; {date} and {user.name} are replaced. Empty: the prompt of the server."
        value={draft.openAiPrompt}
        onChange={(event) => set({ openAiPrompt: event.currentTarget.value })}
        maxLength={TEXT_MAX_CHARACTERS}
        autosize
        minRows={3}
        maxRows={14}
        error={fieldError(error, 'openAiPrompt')}
      />
      <NumberInput
        label="Earlier prompts"
        description="How many prompts of the conversation go with a question; 0 means 20."
        value={draft.openAiHistory}
        onChange={(value) => set({ openAiHistory: String(value) })}
        min={0}
        max={200}
        allowDecimal={false}
        error={fieldError(error, 'openAiHistory')}
      />
    </Stack>
  );
}

export function ModelFields({ draft, set, error }: FieldsProps) {
  const may = useMay();
  const models = useQuery({ ...modelsQuery, enabled: may('models:use') });
  return (
    <Stack>
      <Autocomplete
        label="Model"
        description="name or upstream/name. Empty: the model of the server."
        placeholder="The model of the server"
        data={models.data ?? []}
        value={draft.chatModel}
        onChange={(chatModel) => set({ chatModel })}
        maxLength={500}
        error={fieldError(error, 'chatModel')}
      />
      <Autocomplete
        label="Model for agents"
        description="Answers where tools are used. Empty: the model above."
        placeholder="The model above"
        data={models.data ?? []}
        value={draft.agentModel}
        onChange={(agentModel) => set({ agentModel })}
        maxLength={500}
        error={fieldError(error, 'agentModel')}
      />
      <NumberInput
        label="Temperature"
        description="0 answers the same question in the same way; higher values vary. Empty: the model's own."
        value={draft.openAiTemp}
        onChange={(value) => set({ openAiTemp: String(value) })}
        min={0}
        step={0.1}
        decimalScale={2}
        error={fieldError(error, 'openAiTemp')}
      />
    </Stack>
  );
}

export function SearchFields({ draft, set, error }: FieldsProps) {
  return (
    <Stack>
      <Select
        label="Search"
        description="Hybrid also finds names and part numbers; rerank is slower and more exact."
        data={SEARCHES}
        value={draft.vectorSearchMode}
        onChange={(value) => set({ vectorSearchMode: value ?? 'default' })}
        allowDeselect={false}
        error={fieldError(error, 'vectorSearchMode')}
      />
      <NumberInput
        label="Passages"
        description="The largest number of passages that go with a question."
        value={draft.topN}
        onChange={(value) => set({ topN: String(value) })}
        min={1}
        max={1000}
        allowDecimal={false}
        error={fieldError(error, 'topN')}
      />
      <NumberInput
        label="Lowest similarity"
        description="0 to 1: passages below it are left out. 0 leaves out nothing."
        value={draft.similarityThreshold}
        onChange={(value) => set({ similarityThreshold: String(value) })}
        min={0}
        max={1}
        step={0.05}
        decimalScale={2}
        error={fieldError(error, 'similarityThreshold')}
      />
    </Stack>
  );
}
