import { Button, CloseButton, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { fieldError } from '../../page/problem.tsx';
import { rowProblem, type MetadataRow } from '../holdings/metadata.ts';
import type { FieldsProps } from './holdings-fields.tsx';

interface MetadataProps extends FieldsProps {
  /** Complains about lines without a name. */
  isTried: boolean;
}

/** Names with values, for the programs that check the key. */
export function MetadataField({ draft: { metadata }, set, error, isTried }: MetadataProps) {
  const change = (index: number, row: Partial<MetadataRow>): void =>
    set({ metadata: metadata.map((one, at) => (at === index ? { ...one, ...row } : one)) });
  const refused = fieldError(error, 'metadata');
  return (
    <Fieldset legend="Metadata">
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          Your own notes on the key, such as team = search. A program that checks the key gets them. A value
          is text, or JSON such as 5, true or [1, 2].
        </Text>
        {metadata.map((row, index) => (
          <Row
            // Lines have no name of their own until one is typed.
            key={index}
            row={row}
            problem={isTried ? rowProblem(metadata, index) : undefined}
            onChange={(changed) => change(index, changed)}
            onRemove={() => set({ metadata: metadata.filter((_, at) => at !== index) })}
          />
        ))}
        {refused !== undefined && (
          <Text size="xs" c="red" role="alert">
            {refused}
          </Text>
        )}
        <Group>
          <Button
            variant="default"
            size="xs"
            onClick={() => set({ metadata: [...metadata, { name: '', text: '' }] })}
          >
            Add a note
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface RowProps {
  row: MetadataRow;
  problem: string | undefined;
  onChange: (row: Partial<MetadataRow>) => void;
  onRemove: () => void;
}

function Row({ row: { name, text }, problem, onChange, onRemove }: RowProps) {
  const named = name === '' ? 'the new note' : name;
  return (
    <Group gap="xs" align="start" wrap="nowrap" role="group" aria-label={`Metadata ${named}`}>
      <TextInput
        aria-label="Name of the note"
        placeholder="team"
        flex={1}
        maw={180}
        value={name}
        error={problem}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        aria-label={`Value of ${named}`}
        placeholder="search"
        flex={2}
        value={text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <CloseButton aria-label={`Remove ${named}`} mt={4} onClick={onRemove} />
    </Group>
  );
}
