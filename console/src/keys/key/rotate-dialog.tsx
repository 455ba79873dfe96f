import { Modal, Radio, Stack, Text } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../../page/copy-as.tsx';
import { Problem } from '../../page/problem.tsx';
import type { Key } from '../holdings/draft.ts';
import { useRotate, type RotateBody } from '../key-mutations.ts';
import { SecretDialog } from '../secret/secret-dialog.tsx';
import { FormActions } from '../../page/form-actions.tsx';

interface Overlap {
  value: string;
  label: string;
  description?: string;
  body: RotateBody;
  flags: string[];
}

const [FIRST, ...OTHERS]: [Overlap, ...Overlap[]] = [
  {
    value: 'quiet',
    label: 'When nobody has used it for an hour',
    description: 'After 30 days at the latest. Breaks nobody',
    body: { end: 'quiet', quiet_seconds: 3_600 },
    flags: ['--when-quiet', '--quiet-for', '1h'],
  },
  { value: 'day', label: 'In a day', body: { overlap_seconds: 86_400 }, flags: ['--overlap', '24h'] },
  { value: 'week', label: 'In a week', body: { overlap_seconds: 604_800 }, flags: ['--overlap', '7d'] },
  {
    value: 'now',
    label: 'Now',
    description: 'For a secret that leaked: its users are refused at once',
    body: { overlap_seconds: 0, running: 'end' },
    flags: ['--overlap', '0', '--end-running'],
  },
];
const OVERLAPS = [FIRST, ...OTHERS];

/** Gives the key a new secret, and its old one an end. */
export function RotateDialog({ keyRecord: key, onClose }: { keyRecord: Key; onClose: () => void }) {
  const [chosen, setChosen] = useState(FIRST.value);
  const rotate = useRotate(key.id);
  const overlap = OVERLAPS.find(({ value }) => value === chosen) ?? FIRST;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    rotate.mutate(overlap.body);
  };
  const close = (): void => {
    // The key may have another secret already: nobody would see it.
    if (rotate.isPending) return;
    rotate.reset();
    onClose();
  };
  if (rotate.data !== undefined)
    return <SecretDialog minted={rotate.data.key} secret={rotate.data.secret} onClose={close} />;
  return (
    <Modal opened onClose={close} title={`Rotate ${key.name}`}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            The key gets a new secret, which is shown once. Until the old one ends, both work, with the same
            permissions and budgets.
          </Text>
          <Radio.Group label="When does the old secret end?" value={chosen} onChange={setChosen}>
            <Stack gap="xs" mt="xs">
              {OVERLAPS.map(({ value, label, description }, index) => (
                <Radio
                  key={value}
                  value={value}
                  label={label}
                  description={description}
                  {...(index === 0 ? { 'data-autofocus': true } : {})}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Problem error={rotate.error} />
          <FormActions
            submit={{ label: 'Rotate', isPending: rotate.isPending }}
            cancel={{ onClick: close, isDisabled: rotate.isPending }}
          >
            <CopyAs
              operation="keys.rotate"
              path={{ id: key.id }}
              body={overlap.body}
              cli={['keys', 'rotate', key.id, ...overlap.flags]}
            />
          </FormActions>
        </Stack>
      </form>
    </Modal>
  );
}
