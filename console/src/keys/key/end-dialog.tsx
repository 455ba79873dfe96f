import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../../page/copy-as.tsx';
import { useLateFailure } from '../../page/done-notice.tsx';
import { fieldError, Problem } from '../../page/problem.tsx';
import { flag } from '../holdings/command.ts';
import type { Key } from '../holdings/draft.ts';
import { useStateChange, type EndVerb } from './state-change.ts';
import { FormActions } from '../../page/form-actions.tsx';

const WORDS: Record<EndVerb, { label: string; text: string }> = {
  disable: {
    label: 'Disable',
    text: 'No process admits the key until you enable it again. Its running requests end now.',
  },
  quarantine: {
    label: 'Quarantine',
    text: 'For a key that may have leaked: it may only read, 60 requests a minute. Its running requests end now.',
  },
  revoke: {
    label: 'Revoke',
    text: 'The key and its children end now, with their running requests. It can be restored for 30 days.',
  },
};

interface EndProps {
  keyRecord: Key;
  verb: EndVerb;
  onClose: () => void;
}

/** Takes power from a key, with the reason for the audit record. */
export function EndDialog({ keyRecord, verb, onClose }: EndProps) {
  const [reason, setReason] = useState('');
  const { change, run } = useStateChange(keyRecord);
  const { label, text } = WORDS[verb];
  const { id, name } = keyRecord;
  const noticeLate = useLateFailure(true);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void run(verb, reason.trim()).then(onClose, (error: unknown) =>
      noticeLate(`${label} ${name}: it was not done`, error),
    );
  };
  const body = reason.trim() === '' ? {} : { reason: reason.trim() };
  return (
    <Modal opened onClose={onClose} title={`${label} ${name}?`}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{text}</Text>
          <TextInput
            label="Reason"
            description="For the audit record, and for people who look at the key. May be empty"
            maxLength={500}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={fieldError(change.error, 'reason')}
          />
          <Problem error={change.error} />
          <FormActions
            submit={{ label, isPending: change.isPending, color: 'red' }}
            cancel={{ onClick: onClose }}
          >
            <CopyAs
              operation={`keys.${verb}`}
              path={{ id }}
              body={body}
              cli={['keys', verb, id, ...(reason.trim() === '' ? [] : flag('reason', reason.trim()))]}
            />
          </FormActions>
        </Stack>
      </form>
    </Modal>
  );
}
