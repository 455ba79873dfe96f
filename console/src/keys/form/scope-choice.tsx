import { Checkbox, Fieldset, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMay } from '../../session/session-queries.ts';
import { SCOPE_GROUPS, scopesOf, type Grant, type Scope } from '../holdings/scopes.ts';

interface ScopeProps {
  value: Grant[];
  onChange: (value: Grant[]) => void;
  error?: string | undefined;
}

/** All scopes, in groups. */
export function ScopeChoice({ value, onChange, error }: ScopeProps) {
  const may = useMay();
  const isAll = value.includes('*');
  const mayAll = SCOPE_GROUPS.every(({ scopes }) => scopes.every(([scope]) => may(scope)));
  return (
    <Fieldset legend="Scopes">
      <Stack gap="sm">
        <Checkbox
          label="Everything, future scopes included"
          checked={isAll}
          disabled={!mayAll}
          onChange={() => onChange(isAll ? [] : ['*'])}
        />
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="md">
          {SCOPE_GROUPS.map((group) => (
            <ScopeGroup key={group.noun} group={group} value={value} onChange={onChange} isFixed={isAll} />
          ))}
        </SimpleGrid>
        {error !== undefined && (
          <Text size="xs" c="red" role="alert">
            {error}
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}

interface GroupProps extends ScopeProps {
  group: (typeof SCOPE_GROUPS)[number];
  /** All are held by `*`. */
  isFixed: boolean;
}

function ScopeGroup({ group: { noun, label, scopes }, value, onChange, isFixed }: GroupProps) {
  const may = useMay();
  const held = scopesOf(value);
  const toggle = (scope: Scope): void => {
    // `noun:*` is spelled out, to take one of its scopes away.
    const spelled = value.flatMap((grant): Grant[] => (grant === `${noun}:*` ? scopesOf([grant]) : [grant]));
    onChange(spelled.includes(scope) ? spelled.filter((one) => one !== scope) : [...spelled, scope]);
  };
  return (
    <Stack gap={6} role="group" aria-label={label}>
      <Text size="xs" fw={600} c="dimmed" aria-hidden>
        {label}
      </Text>
      {scopes.map(([scope, words]) => (
        <Checkbox
          key={scope}
          size="xs"
          label={words}
          description={scope}
          checked={held.includes(scope)}
          disabled={isFixed || (!may(scope) && !held.includes(scope))}
          onChange={() => toggle(scope)}
        />
      ))}
    </Stack>
  );
}
