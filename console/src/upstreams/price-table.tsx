import { ActionIcon, Button, Input, Table, Text, TextInput } from '@mantine/core';
import type { PriceRow } from './price-rows.ts';

const COLUMNS = [
  ['input_usd_per_million_tokens', 'Input'],
  ['output_usd_per_million_tokens', 'Output'],
  ['cached_input_usd_per_million_tokens', 'Cached input'],
  ['per_request_usd', 'A request'],
] as const;

interface TableProps {
  rows: PriceRow[];
  error: string | undefined;
  onChange: (rows: PriceRow[]) => void;
}

/** What the upstream costs: USD for a million tokens, and for a request. */
export function PriceTable({ rows, error, onChange }: TableProps) {
  const change = (index: number, row: PriceRow): void =>
    onChange(rows.map((old, at) => (at === index ? row : old)));
  return (
    <Input.Wrapper
      label="Prices"
      description="USD for a million tokens. A name may be a pattern such as gpt-*"
      error={error}
    >
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label="Prices" withRowBorders={false}>
            <Table.Thead>
              <Table.Tr>
                {['Model', ...COLUMNS.map(([, label]) => label), 'Actions'].map((label) => (
                  <Table.Th key={label} scope="col">
                    {label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row, index) => (
                <PriceFields
                  // Rows have no name of their own until one is typed.
                  key={index}
                  row={row}
                  onChange={(next) => change(index, next)}
                  onRemove={() => onChange(rows.filter((_, at) => at !== index))}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rows.length === 0 && (
        <Text size="sm" c="dimmed">
          No price: requests are counted in tokens only.
        </Text>
      )}
      <Button
        mt={4}
        size="compact-sm"
        variant="default"
        onClick={() => onChange([...rows, { model: '', price: {} }])}
      >
        Add a price
      </Button>
    </Input.Wrapper>
  );
}

interface FieldsProps {
  row: PriceRow;
  onChange: (row: PriceRow) => void;
  onRemove: () => void;
}

function PriceFields({ row: { model, price }, onChange, onRemove }: FieldsProps) {
  const named = model === '' ? 'the new model' : model;
  return (
    <Table.Tr>
      <Table.Td>
        <TextInput
          aria-label="Model or pattern"
          placeholder="gpt-*"
          required
          value={model}
          onChange={(event) => onChange({ model: event.currentTarget.value, price })}
        />
      </Table.Td>
      {COLUMNS.map(([name, label]) => (
        <Table.Td key={name}>
          <TextInput
            aria-label={`${label} of ${named}`}
            inputMode="decimal"
            value={price[name] ?? ''}
            onChange={(event) => onChange({ model, price: { ...price, [name]: event.currentTarget.value } })}
          />
        </Table.Td>
      ))}
      <Table.Td>
        <ActionIcon variant="default" aria-label={`Remove the price of ${named}`} onClick={onRemove}>
          ×
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}
