import { Checkbox, NumberInput, Radio, Stack, TagsInput } from '@mantine/core';
import { fieldError } from '../page/problem.tsx';
import type { WidgetBody } from './widget-queries.ts';

/** The fields of both forms, as text where a field may be empty. */
export interface WidgetDraft {
  sites: string[];
  isAnySite: boolean;
  mode: string;
  perDay: string;
  perSession: string;
  messages: string;
  mayModel: boolean;
  mayTemperature: boolean;
  mayPrompt: boolean;
}

export const NEW_WIDGET: WidgetDraft = {
  sites: [],
  isAnySite: false,
  mode: 'query',
  perDay: '200',
  perSession: '20',
  messages: '',
  mayModel: false,
  mayTemperature: false,
  mayPrompt: false,
};

const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

const wholeBody = (draft: WidgetDraft): Required<Omit<WidgetBody, 'enabled'>> => ({
  allowlist_domains: draft.isAnySite ? null : draft.sites,
  chat_mode: draft.mode,
  max_chats_per_day: numberOf(draft.perDay),
  max_chats_per_session: numberOf(draft.perSession),
  message_limit: numberOf(draft.messages),
  allow_model_override: draft.mayModel,
  allow_temperature_override: draft.mayTemperature,
  allow_prompt_override: draft.mayPrompt,
});

/** All settings of a new widget; of one that exists those that have changed, as another person may have changed the others. */
export function bodyOf(draft: WidgetDraft, before?: WidgetDraft): WidgetBody {
  if (before === undefined) return wholeBody(draft);
  const was = Object.entries(wholeBody(before));
  const isSame = (name: string, value: unknown): boolean =>
    was.some(([one, old]) => one === name && JSON.stringify(old) === JSON.stringify(value));
  return Object.fromEntries(Object.entries(wholeBody(draft)).filter(([name, value]) => !isSame(name, value)));
}

/** Flags of `widgets create` and `widgets update`. @returns undefined where they cannot say it */
export function flagsOf(draft: WidgetDraft): string[] | undefined {
  const { messages, mayModel, mayTemperature, mayPrompt } = draft;
  if (messages !== '' || mayModel || mayTemperature || mayPrompt) return undefined;
  const sites = draft.isAnySite ? ['any'] : draft.sites;
  return [
    ...sites.flatMap((site) => ['--site', site]),
    '--mode',
    draft.mode,
    '--chats-per-day',
    draft.perDay || 'none',
    '--chats-per-session',
    draft.perSession || 'none',
  ];
}

interface FieldsProps {
  draft: WidgetDraft;
  set: (change: Partial<WidgetDraft>) => void;
  error: unknown;
}

const LIMIT = { min: 1, max: 1_000_000_000, allowDecimal: false } as const;

export function WidgetFields({ draft, set, error }: FieldsProps) {
  return (
    <Stack>
      <TagsInput
        label="Sites that may show it"
        description="Enter adds one. https://*.example.com covers subdomains."
        placeholder="https://example.com"
        value={draft.sites}
        onChange={(sites) => set({ sites })}
        disabled={draft.isAnySite}
        acceptValueOnBlur
        splitChars={[',', ' ']}
        required={!draft.isAnySite}
        error={fieldError(error, 'allowlist_domains')}
      />
      <Checkbox
        label="Any site may show it"
        description="Then others can show it too, and spend your budget up to its limits."
        checked={draft.isAnySite}
        onChange={(event) => set({ isAnySite: event.currentTarget.checked })}
      />
      <Radio.Group label="Answers come from" value={draft.mode} onChange={(mode) => set({ mode })}>
        <Stack gap="xs" mt="xs">
          <Radio value="query" label="Documents only" description="Refuses what they do not answer." />
          <Radio value="chat" label="Documents and the model" description="Also what the model knows." />
        </Stack>
      </Radio.Group>
      <NumberInput
        {...LIMIT}
        label="Questions a day"
        description="Of all visitors, within any 24 hours. Empty: no limit."
        value={draft.perDay}
        onChange={(value) => set({ perDay: String(value) })}
      />
      <NumberInput
        {...LIMIT}
        label="Questions of one visitor"
        description="Within any 24 hours. Empty: no limit."
        value={draft.perSession}
        onChange={(value) => set({ perSession: String(value) })}
      />
    </Stack>
  );
}

/** What only the settings of a widget have. */
export function FurtherFields({ draft, set }: Omit<FieldsProps, 'error'>) {
  return (
    <Stack>
      <NumberInput
        {...LIMIT}
        label="Earlier questions"
        description="How many of them the model is given with a question. Empty: 20."
        value={draft.messages}
        onChange={(value) => set({ messages: String(value) })}
      />
      <Checkbox
        label="Pages may name a model"
        checked={draft.mayModel}
        onChange={(event) => set({ mayModel: event.currentTarget.checked })}
      />
      <Checkbox
        label="Pages may name a temperature"
        checked={draft.mayTemperature}
        onChange={(event) => set({ mayTemperature: event.currentTarget.checked })}
      />
      <Checkbox
        label="Pages may send a system prompt of their own"
        description="Visitors can change what a page sends."
        checked={draft.mayPrompt}
        onChange={(event) => set({ mayPrompt: event.currentTarget.checked })}
      />
    </Stack>
  );
}
