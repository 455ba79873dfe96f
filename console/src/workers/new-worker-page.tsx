import { Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ADDRESS } from '../api/client.ts';
import { CopyAs } from '../page/copy-as.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { Page } from '../page/page.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { EnrolmentDialog } from './enrolment-dialog.tsx';
import { useEnroll } from './worker-queries.ts';

const LOOPBACK = /^https?:\/\/(localhost|127\.|\[::1\])/;

/** A one-time token for the machine that becomes a worker. */
export function NewWorkerPage() {
  const [name, setName] = useState('gpu-1');
  const [address, setAddress] = useState(ADDRESS);
  const enroll = useEnroll();
  const navigate = useNavigate();
  const leave = (): void => void navigate({ to: '/workers' });
  const close = (): void => {
    enroll.reset();
    leave();
  };
  return (
    <Page
      title="Add a worker"
      description="The machine gets a key of its own, which can only do the work of a worker."
    >
      <form
        style={{ maxWidth: 560 }}
        onSubmit={(event) => {
          event.preventDefault();
          enroll.mutate(name);
        }}
      >
        <Stack>
          <TextInput
            label="Name of the machine"
            description="Of its key and its worker, such as gpu-1. Each machine has its own."
            required
            value={name}
            error={fieldError(enroll.error, 'name')}
            onChange={(event) => {
              if (enroll.error !== null) enroll.reset();
              setName(event.currentTarget.value);
            }}
          />
          <TextInput
            label="Address of this server"
            description={
              LOOPBACK.test(address)
                ? 'This one works on this machine only: write the address at which the other one reaches it.'
                : 'As the machine reaches it. The machine needs no open port.'
            }
            type="url"
            required
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <Problem error={enroll.error} />
          <FormActions
            submit={{ label: 'Make the commands', isPending: enroll.isPending }}
            cancel={{ onClick: leave }}
          >
            <CopyAs operation="workers.enroll" body={{ name }} cli={['miner', 'enroll', '--name', name]} />
          </FormActions>
        </Stack>
      </form>
      {enroll.data !== undefined && (
        <EnrolmentDialog enrolment={enroll.data} address={address} onClose={close} />
      )}
    </Page>
  );
}
