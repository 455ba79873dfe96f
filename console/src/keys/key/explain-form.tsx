import { Alert, Autocomplete, Select, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../../page/copy-as.tsx';
import { fieldError, Problem } from '../../page/problem.tsx';
import { useMay } from '../../session/session-queries.ts';
import { refusalNext, refusalWords } from '../holdings/refusal-words.ts';
import { SCOPE_GROUPS, type Scope } from '../holdings/scopes.ts';
import type { useExplain } from '../key-mutations.ts';
import { modelNamesQuery, workspaceNamesQuery } from '../key-queries.ts';
import { Section } from '../../page/page.tsx';
import type { components } from '@keyward/sdk';
import { FormActions } from '../../page/form-actions.tsx';

type ExplainBody = components['schemas']['ExplainRequest'];
type Verdict = components['schemas']['Verdict'];

/** A use of the key. */
export interface Question {
  scope: Scope | null;
  name: string;
  ip: string;
}

const SCOPES = SCOPE_GROUPS.map(({ label, scopes }) => ({
  group: label,
  items: scopes.map(([scope, words]) => ({ value: scope, label: `${words} (${scope})` })),
}));

/** The thing that a scope is about: models, or workspaces. */
const resourceType = (scope: Scope | null): 'model' | 'workspace' =>
  scope?.startsWith('workspaces:') === true || scope?.startsWith('documents:') === true
    ? 'workspace'
    : 'model';

export function bodyOf({ scope, name, ip }: Question): ExplainBody {
  return {
    ...(scope === null ? {} : { scope }),
    ...(name.trim() === '' ? {} : { resource: { type: resourceType(scope), id: name.trim() } }),
    ...(ip.trim() === '' ? {} : { ip: ip.trim() }),
  };
}

function commandOf(id: string, question: Question): string[] {
  const { scope, resource, ip } = bodyOf(question);
  return [
    'keys',
    'explain',
    id,
    ...(scope === undefined ? [] : ['--scope', scope]),
    ...(resource === undefined ? [] : [`--${resource.type}`, resource.id]),
    ...(ip === undefined ? [] : ['--ip', ip]),
  ];
}

const NOTHING: Question = { scope: 'models:use', name: '', ip: '' };

interface ExplainProps {
  id: string;
  /** What the form begins with. */
  asked?: Question | undefined;
  explain: ReturnType<typeof useExplain>;
}

/** Asks what the key may do; nothing counts as a use. */
export function ExplainForm({ id, asked = NOTHING, explain }: ExplainProps) {
  const [question, setQuestion] = useState(asked);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    explain.mutate(bodyOf(question));
  };
  const set = (change: Partial<Question>): void => setQuestion((before) => ({ ...before, ...change }));
  return (
    <Section
      title="Why is a request refused?"
      note="Says what the key may do now, check by check. It leaves no trace on the key."
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <Select
              label="What does the request do?"
              searchable
              clearable
              data={SCOPES}
              value={question.scope}
              onChange={(scope) => set({ scope: scope })}
              error={fieldError(explain.error, 'scope')}
            />
            <ThingField question={question} set={set} error={explain.error} />
            <TextInput
              label="From which address?"
              placeholder="any, such as 10.0.0.7"
              value={question.ip}
              onChange={(event) => set({ ip: event.currentTarget.value })}
              error={fieldError(explain.error, 'ip')}
            />
          </SimpleGrid>
          <FormActions submit={{ label: 'Explain', isPending: explain.isPending }}>
            <CopyAs
              operation="keys.explain"
              path={{ id }}
              body={bodyOf(question)}
              cli={commandOf(id, question)}
            />
          </FormActions>
        </Stack>
      </form>
      <Problem error={explain.error} />
      {explain.data !== undefined && <Answer verdict={explain.data} />}
    </Section>
  );
}

interface ThingProps {
  question: Question;
  set: (change: Partial<Question>) => void;
  error: unknown;
}

function ThingField({ question: { scope, name }, set, error }: ThingProps) {
  const may = useMay();
  const type = resourceType(scope);
  const models = useQuery({ ...modelNamesQuery, enabled: type === 'model' && may('models:use') });
  const workspaces = useQuery({
    ...workspaceNamesQuery,
    enabled: type === 'workspace' && may('workspaces:read'),
  });
  return (
    <Autocomplete
      label={type === 'model' ? 'With which model?' : 'In which workspace?'}
      placeholder="any"
      data={[...new Set((type === 'model' ? models.data : workspaces.data) ?? [])]}
      value={name}
      onChange={(changed) => set({ name: changed })}
      error={fieldError(error, 'resource.id')}
    />
  );
}

const CHECKS: Record<string, string> = {
  state: 'State of the key',
  address: 'Address',
  scope: 'Scope',
  resource: 'Model or workspace',
  limits: 'Limits',
  budgets: 'Budgets',
};
const OUTCOMES = {
  passed: '✓ passed',
  failed: '✗ refused',
  not_asked: 'not asked',
  not_reached: 'not reached',
} as const;

function Answer({ verdict: { valid, code, explanation = [] } }: { verdict: Verdict }) {
  return (
    <Stack gap="sm">
      <Alert
        color={valid ? 'teal' : 'orange'}
        role="status"
        title={valid ? 'It would be let in now' : `It would be refused: ${refusalWords(code)}`}
      >
        {!valid && <Text size="sm">{refusalNext(code)}</Text>}
      </Alert>
      <Table.ScrollContainer minWidth={0}>
        <Table aria-label="The checks, in their order">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Check</Table.Th>
              <Table.Th scope="col">Outcome</Table.Th>
              <Table.Th scope="col">Details</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {explanation.map(({ check, outcome, detail }) => (
              <Table.Tr key={check}>
                <Table.Td>{CHECKS[check] ?? check}</Table.Td>
                <Table.Td fw={outcome === 'failed' ? 600 : 400}>{OUTCOMES[outcome]}</Table.Td>
                <Table.Td>{detail}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
