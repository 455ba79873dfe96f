import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  PasswordInput,
  Radio,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import type { ReactNode, SubmitEvent } from 'react';
import { formValues } from '../page/form-values.ts';
import { fieldError, Problem } from '../page/problem.tsx';
import { PriceTable } from './price-table.tsx';
import type { Upstream, UpstreamFields } from './upstream-draft.ts';
import { FormActions } from '../page/form-actions.tsx';

interface FormProps {
  fields: UpstreamFields;
  onChange: (fields: UpstreamFields) => void;
  /** `apiKey` is '' where the field was left empty. */
  onSubmit: (apiKey: string) => void;
  keyHint?: string | null;
  action: { isPending: boolean; error: unknown };
  /** There is nothing to save. */
  isUnchanged?: boolean;
  /** Forgets what was changed. @default there is no button for it */
  onDiscard?: () => void;
  submitLabel: string;
  /** The same from a terminal. */
  children: ReactNode;
}

/** The settings of an upstream. */
export function UpstreamForm({
  fields,
  onChange,
  onSubmit,
  keyHint = null,
  action,
  isUnchanged = false,
  onDiscard,
  submitLabel,
  children,
}: FormProps) {
  const set = (change: Partial<UpstreamFields>): void => onChange({ ...fields, ...change });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    onSubmit(formValues(event)('api_key').trim());
  };
  const error = (name: string): string | undefined => fieldError(action.error, name);
  return (
    <form onSubmit={submit} style={{ maxWidth: 720 }}>
      <Stack>
        <TextInput
          label="Name"
          description="Requests may name its models as name/model"
          required
          value={fields.name}
          error={error('name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <AddressField
          value={fields.base_url}
          error={error('base_url')}
          onChange={(base_url) => set({ base_url })}
        />
        <PasswordInput
          name="api_key"
          label="Key of the upstream"
          description={
            keyHint === null
              ? 'Stored sealed, and never shown again'
              : `One that ends in ${keyHint} is stored. Leave this empty to keep it`
          }
          autoComplete="off"
          // Whether there is one: its text stays in the field.
          onChange={(event) => set({ hasNewKey: event.currentTarget.value.trim() !== '' })}
          error={error('api_key')}
        />
        <ModelsField models={fields.models} error={error('models')} onChange={(models) => set({ models })} />
        <Timing fields={fields} error={error} set={set} />
        <PriceTable rows={fields.prices} error={error('prices')} onChange={(prices) => set({ prices })} />
        <Unpriced value={fields.unpriced} onChange={(unpriced) => set({ unpriced })} />
        <Checkbox
          label="Use this upstream"
          checked={fields.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />
        <Problem error={action.error} />
        <FormActions
          submit={{ label: submitLabel, isPending: action.isPending, isDisabled: isUnchanged }}
          {...(onDiscard !== undefined && {
            cancel: { label: 'Discard changes', onClick: onDiscard, isDisabled: isUnchanged },
          })}
        >
          {children}
        </FormActions>
      </Stack>
    </form>
  );
}

interface UnpricedProps {
  value: Upstream['unpriced'];
  onChange: (value: Upstream['unpriced']) => void;
}

const Unpriced = ({ value, onChange }: UnpricedProps) => (
  <Radio.Group
    label="Models without a price"
    description="For keys with a budget in USD"
    value={value}
    onChange={onChange}
  >
    <Group mt="xs">
      <Radio value="refuse" label="refuse them" />
      <Radio value="allow" label="allow them, at a cost of 0" />
    </Group>
  </Radio.Group>
);

const SERVERS = [
  ['Ollama', 'http://127.0.0.1:11434/v1'],
  ['vLLM', 'http://127.0.0.1:8000/v1'],
  ['llama.cpp', 'http://127.0.0.1:8080/v1'],
  ['OpenAI', 'https://api.openai.com/v1'],
] as const;

function AddressField({
  value,
  error,
  onChange,
}: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <div>
      <TextInput
        label="Address"
        description="With the prefix of its API"
        placeholder="https://api.example.com/v1"
        required
        type="url"
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap={4} mt={4}>
        {SERVERS.map(([name, url]) => (
          <Button key={name} size="compact-xs" variant="default" onClick={() => onChange(url)}>
            {name}
          </Button>
        ))}
      </Group>
    </div>
  );
}

/** Models that have settings of their own keep them as long as their name stays. */
function ModelsField({
  models,
  error,
  onChange,
}: {
  models: Upstream['models'];
  error: string | undefined;
  onChange: (models: Upstream['models']) => void;
}) {
  const nameOf = (model: Upstream['models'][number]): string =>
    typeof model === 'string' ? model : model.name;
  return (
    <TagsInput
      label="Models"
      description="Empty: all that the upstream lists. Enter adds one"
      value={models.map(nameOf)}
      error={error}
      onChange={(names) =>
        onChange(names.map((name) => models.find((model) => nameOf(model) === name) ?? name))
      }
    />
  );
}

interface TimingProps {
  fields: UpstreamFields;
  error: (name: string) => string | undefined;
  set: (change: Partial<UpstreamFields>) => void;
}

const Timing = ({ fields, error, set }: TimingProps) => (
  <Group grow align="end">
    <NumberInput
      label="Timeout, seconds"
      description="Until its answer begins"
      min={1}
      value={fields.timeout_seconds}
      error={error('timeout_seconds')}
      onChange={(value) => set({ timeout_seconds: Number(value) })}
    />
    <NumberInput
      label="Weight"
      description="Its share where several have a model. 0: only as a reserve"
      min={0}
      max={1000}
      value={fields.weight}
      error={error('weight')}
      onChange={(value) => set({ weight: Number(value) })}
    />
  </Group>
);
