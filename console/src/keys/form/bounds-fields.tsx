import {
  Button,
  CloseButton,
  Fieldset,
  Group,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { fieldError } from '../../page/problem.tsx';
import type { Budget, Limit } from '../holdings/draft.ts';
import { BUDGET_UNITS, PERIODS, windowText } from '../holdings/sentence.ts';

interface BoundProps<T> {
  value: T[];
  onChange: (value: T[]) => void;
  error: unknown;
}

const WINDOWS_SECONDS = [1, 60, 3_600, 86_400];
const KINDS: { value: string; label: string; name: string; make: (name: string, count: number) => Limit }[] =
  [
    ...WINDOWS_SECONDS.map((seconds) => ({
      value: `window ${seconds}`,
      label: `requests ${windowText(seconds)}`,
      name: `per_${windowText(seconds).split(' ').at(-1)}`,
      make: (name: string, requests: number) => ({ name, requests, window_seconds: seconds }),
    })),
    {
      value: 'concurrent',
      label: 'requests at once',
      name: 'concurrent',
      make: (name, concurrent) => ({ name, concurrent }),
    },
    {
      value: 'running',
      label: 'jobs running',
      name: 'running',
      make: (name, max_running) => ({ name, max_running }),
    },
    {
      value: 'queued',
      label: 'jobs waiting',
      name: 'queued',
      make: (name, max_queued) => ({ name, max_queued }),
    },
  ];
const [, PER_MINUTE] = KINDS;

function readLimit(limit: Limit): { kind: string; count: number; field: string } {
  if ('requests' in limit)
    return { kind: `window ${limit.window_seconds}`, count: limit.requests, field: 'requests' };
  if ('concurrent' in limit) return { kind: 'concurrent', count: limit.concurrent, field: 'concurrent' };
  if ('max_running' in limit) return { kind: 'running', count: limit.max_running, field: 'max_running' };
  return { kind: 'queued', count: limit.max_queued, field: 'max_queued' };
}

/** The name that refusals say: two limits of a key have different ones. */
function freeName(taken: readonly { name: string }[], wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    if (taken.every((one) => one.name !== name)) return name;
  }
}

const replaced = <T,>(list: T[], index: number, item: T): T[] =>
  list.map((one, at) => (at === index ? item : one));
const removed = <T,>(list: T[], index: number): T[] => list.filter((_, at) => at !== index);

/** How many requests, or jobs, at most. */
export function LimitsField({ value, onChange, error }: BoundProps<Limit>) {
  const add = (): void => {
    if (PER_MINUTE !== undefined) onChange([...value, PER_MINUTE.make(freeName(value, PER_MINUTE.name), 60)]);
  };
  return (
    <Fieldset legend="Limits">
      <Stack gap="xs">
        {value.length === 0 && <None text="As many requests as it likes." />}
        {value.map((limit, index) => (
          <LimitRow
            key={limit.name}
            index={index}
            limit={limit}
            error={error}
            onChange={(changed) => onChange(replaced(value, index, changed))}
            onRemove={() => onChange(removed(value, index))}
          />
        ))}
        <AddButton label="Add a limit" onClick={add} />
      </Stack>
    </Fieldset>
  );
}

interface RowProps {
  index: number;
  error: unknown;
  onRemove: () => void;
}

function LimitRow({
  index,
  limit,
  error,
  onChange,
  onRemove,
}: RowProps & { limit: Limit; onChange: (limit: Limit) => void }) {
  const { kind, count, field } = readLimit(limit);
  const isUsual = KINDS.some(({ value }) => value === kind);
  const make = (of: string, value: number): Limit =>
    KINDS.find((one) => one.value === of)?.make(limit.name, value) ?? { ...limit, requests: value };
  const rest = 'window_seconds' in limit ? `requests ${windowText(limit.window_seconds)}` : '';
  return (
    <Group gap="xs" align="start" wrap="nowrap" role="group" aria-label={`Limit ${limit.name}`}>
      <NumberInput
        aria-label="At most"
        value={count}
        min={1}
        max={1_000_000}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        hideControls
        w={{ base: 76, xs: 110 }}
        error={fieldError(error, `limits[${index}].${field}`) ?? fieldError(error, `limits[${index}]`)}
        onChange={(changed) => onChange(make(kind, Number(changed)))}
      />
      <Select
        aria-label="Of what"
        flex={1}
        maw={220}
        allowDeselect={false}
        data={[
          ...KINDS.map(({ value, label }) => ({ value, label })),
          ...(isUsual ? [] : [{ value: kind, label: rest }]),
        ]}
        value={kind}
        onChange={(chosen) => onChange(make(chosen ?? kind, count))}
      />
      <CloseButton aria-label={`Remove the limit ${limit.name}`} mt={4} onClick={onRemove} />
    </Group>
  );
}

const UNITS = Object.entries(BUDGET_UNITS).map(([value, label]) => ({ value, label }));
const PERIOD_NAMES = Object.entries(PERIODS).map(([value, label]) => ({ value, label }));

/** How much it may spend in each period. */
export function BudgetsField({ value, onChange, error }: BoundProps<Budget>) {
  const add = (): void => {
    const name = freeName(value, 'usd_month');
    onChange([...value, { name, unit: 'usd', amount: '10', period: 'month' }]);
  };
  return (
    <Fieldset legend="Budgets">
      <Stack gap="xs">
        {value.length === 0 && <None text="As much as it likes." />}
        {value.map((budget, index) => (
          <BudgetRow
            key={budget.name}
            index={index}
            budget={budget}
            error={error}
            onChange={(changed) => onChange(replaced(value, index, changed))}
            onRemove={() => onChange(removed(value, index))}
          />
        ))}
        <AddButton label="Add a budget" onClick={add} />
      </Stack>
    </Fieldset>
  );
}

function BudgetRow({
  index,
  budget,
  error,
  onChange,
  onRemove,
}: RowProps & { budget: Budget; onChange: (budget: Budget) => void }) {
  return (
    <Group gap="xs" align="start" role="group" aria-label={`Budget ${budget.name}`}>
      <TextInput
        aria-label="At most"
        inputMode="decimal"
        value={String(budget.amount)}
        w={{ base: 76, xs: 110 }}
        error={fieldError(error, `budgets[${index}].amount`)}
        onChange={(event) => onChange({ ...budget, amount: event.currentTarget.value.trim() })}
      />
      <Select
        aria-label="Unit"
        flex={1}
        miw={110}
        maw={140}
        allowDeselect={false}
        data={UNITS}
        value={budget.unit}
        onChange={(unit) => onChange({ ...budget, unit: (unit ?? budget.unit) as Budget['unit'] })}
      />
      <Select
        aria-label="Period"
        flex={1}
        miw={110}
        maw={130}
        allowDeselect={false}
        data={PERIOD_NAMES}
        value={budget.period}
        onChange={(period) => onChange({ ...budget, period: (period ?? budget.period) as Budget['period'] })}
      />
      <CloseButton aria-label={`Remove the budget ${budget.name}`} mt={4} onClick={onRemove} />
    </Group>
  );
}

const None = ({ text }: { text: string }) => (
  <Text size="sm" c="dimmed">
    {text}
  </Text>
);

const AddButton = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Group>
    <Button variant="default" size="xs" onClick={onClick}>
      {label}
    </Button>
  </Group>
);
