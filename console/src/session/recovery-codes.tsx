import { Code, Modal, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { CopyButton } from '../page/copy-button.tsx';
import { formValues } from '../page/form-values.ts';
import { fieldError, Problem } from '../page/problem.tsx';
import { useRecoveryCodes } from './session-mutations.ts';
import { FormActions } from '../page/form-actions.tsx';

/** Codes for the day on which the password is forgotten. They are shown once. */
export function RecoveryCodes() {
  const make = useRecoveryCodes();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    const form = event.currentTarget;
    const value = formValues(event);
    make.mutate({ current: value('current') }, { onSuccess: () => form.reset() });
  };
  const text = make.data?.codes.join('\n') ?? '';
  return (
    <Paper withBorder p="md" maw={520}>
      <form onSubmit={submit}>
        <Stack>
          <Title order={2} size="h5">
            Recovery codes
          </Title>
          <Text size="sm">Two of them set a new password. New codes replace the ones from before.</Text>
          <PasswordInput
            name="current"
            label="Current password"
            required
            autoComplete="current-password"
            error={fieldError(make.error, 'current')}
          />
          <Problem error={make.error} />
          <FormActions submit={{ label: 'Make new codes', isPending: make.isPending }}>
            <CopyAs operation="session.recovery_codes" secrets={{ current: 'PASSWORD' }} />
          </FormActions>
        </Stack>
      </form>
      <Modal
        opened={make.isSuccess}
        onClose={make.reset}
        title="Your recovery codes"
        closeOnClickOutside={false}
      >
        <Stack>
          <Text size="sm">
            Keep them where you find them without this computer. They are shown only here.
          </Text>
          <Code block tabIndex={0} aria-label="Recovery codes">
            {text}
          </Code>
          <CopyButton text={text} label="Copy the codes" />
        </Stack>
      </Modal>
    </Paper>
  );
}
