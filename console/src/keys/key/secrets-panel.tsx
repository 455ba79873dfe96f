import { Alert, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ConfirmButton } from '../../page/confirm-button.tsx';
import { acknowledgedText, noticeDone } from '../../page/done-notice.tsx';
import { State } from '../../page/state.tsx';
import { Time } from '../../page/time.tsx';
import { useMay } from '../../session/session-queries.ts';
import type { Key } from '../holdings/draft.ts';
import { windowText } from '../holdings/sentence.ts';
import { useEndSecret } from '../key-mutations.ts';
import { keyQuery } from '../key-queries.ts';
import { Section } from '../../page/page.tsx';
import type { PanelProps } from './panel.tsx';

type Secret = Key['secrets'][number];

/** A use is known some seconds later, ms. */
const LIVE_MS = 3_000;

const hasEnded = ({ ends_at }: Secret): boolean => ends_at !== null && Date.parse(ends_at) <= Date.now();

/** The secrets of a key, and during a rotation who still uses the old one. */
export function SecretsPanel({ read }: PanelProps) {
  // Read again while it is looked at: the last use of the old secret decides when it can end.
  const { key } = useQuery({ ...keyQuery(read.key.id), refetchInterval: LIVE_MS }).data ?? read;
  const isNew = ({ ends_at }: Secret): boolean => ends_at === null;
  const current = key.secrets.find(isNew);
  const old = key.secrets.filter((secret) => !isNew(secret) && !hasEnded(secret));
  const ended = key.secrets.filter((secret) => !isNew(secret) && hasEnded(secret));
  return (
    <Stack gap="lg">
      {old.map((secret) => (
        <OldSecret key={secret.id} of={key} secret={secret} />
      ))}
      <Section title={old.length === 0 ? 'The secret' : 'The new secret'} note={noteOf(key, old.length > 0)}>
        {current !== undefined && <SecretCard secret={current} badge={old.length === 0 ? 'in use' : 'new'} />}
      </Section>
      {ended.length > 0 && (
        <Section title="Ended">
          {ended.map((secret) => (
            <SecretCard key={secret.id} secret={secret} badge="ended" />
          ))}
        </Section>
      )}
    </Stack>
  );
}

const noteOf = ({ state }: Key, isRotating: boolean): string => {
  if (state === 'revoked') return 'The key is revoked: none of its secrets works.';
  return isRotating
    ? 'Give it to all that use the key.'
    : 'Rotate the key to get another one, without breaking what uses this one.';
};

/** Who still uses the old secret, and its end. */
function OldSecret({ of: { id, secrets }, secret }: { of: Key; secret: Secret }) {
  const may = useMay();
  const end = useEndSecret(id);
  const action = {
    ...end,
    mutateAsync: async () => {
      const { acknowledged } = await end.mutateAsync(secret.id);
      noticeDone({ title: 'The old secret has ended', message: acknowledgedText(acknowledged) });
    },
  };
  const rotatedAt = secrets.find(({ ends_at }) => ends_at === null)?.created_at;
  const isUsed =
    secret.last_used_at !== null && Date.parse(secret.last_used_at) > Date.parse(rotatedAt ?? '');
  return (
    <Section
      title="The old secret still works"
      actions={
        may('keys:write') && (
          <Group gap="xs">
            <ConfirmButton
              label="End it now"
              title="End the old secret now?"
              action={action}
              copyAs={{
                operation: 'keys.end_secret',
                path: { id, secret_id: secret.id },
                cli: ['keys', 'end-secret', id, secret.id],
              }}
              color="red"
            >
              <Text size="sm">
                All that still use it are refused at once, and its running requests end. This cannot be
                undone.
              </Text>
            </ConfirmButton>
          </Group>
        )
      }
    >
      <Alert
        color={isUsed ? 'orange' : 'teal'}
        role="status"
        title={isUsed ? 'It is still in use' : 'Nobody has used it since the rotation'}
      >
        {isUsed ? (
          <Text size="sm">
            Last used <Time at={secret.last_used_at} />
            {secret.last_used_from !== null && ` from ${secret.last_used_from}`}. The program there needs the
            new secret.
          </Text>
        ) : (
          <Text size="sm">You can end it now.</Text>
        )}
      </Alert>
      <SecretCard secret={secret} badge="old" />
    </Section>
  );
}

const TONES = { 'in use': 'good', new: 'good', old: 'warning', ended: 'idle' } as const;
type SecretState = keyof typeof TONES;

function SecretCard({ secret, badge }: { secret: Secret; badge: SecretState }) {
  return (
    <Paper withBorder p="md">
      <Group gap="xs" mb="sm">
        <Text ff="monospace" size="sm">
          {secret.hint}
        </Text>
        <State tone={TONES[badge]}>{badge}</State>
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        <Fact name="Last used">
          <Time at={secret.last_used_at} />
        </Fact>
        <Fact name="Last used from">{secret.last_used_from ?? '–'}</Fact>
        <Fact name="Made">
          <Time at={secret.created_at} />
        </Fact>
        <Fact name={badge === 'ended' ? 'Ended' : 'Ends'}>
          <Ending {...secret} />
        </Fact>
      </SimpleGrid>
    </Paper>
  );
}

function Ending({ ends_at, quiet_seconds }: Secret) {
  if (quiet_seconds === null) return <Time at={ends_at} otherwise="with the key" />;
  return (
    <>
      after {windowText(quiet_seconds).replace(/^in /, '')} without use, at the latest <Time at={ends_at} />
    </>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <Text size="xs" c="dimmed">
      {name}
    </Text>
    <Text size="sm" component="div">
      {children}
    </Text>
  </div>
);
