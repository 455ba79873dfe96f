import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { noticeDone } from '../page/done-notice.tsx';
import { formValues } from '../page/form-values.ts';
import { fieldError, Problem } from '../page/problem.tsx';
import { NewPassword } from '../session/new-password.tsx';
import { useAddPerson } from './people-queries.ts';
import { ROLES } from './person-actions.tsx';

/** An account with a first password. An invite lets people choose their own. */
export function AddPerson({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const add = useAddPerson();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    const value = formValues(event);
    const person = { username: value('username').trim(), password: value('password'), role: value('role') };
    add.mutate(person, {
      onSuccess: () => {
        noticeDone({ title: `${person.username} can sign in` });
        onClose();
      },
    });
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="Add a person">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            name="username"
            label="Username"
            description="A lower-case letter, then letters, digits and . _ - @; at most 64 characters"
            required
            data-autofocus
            autoComplete="off"
            error={fieldError(add.error, 'username')}
          />
          <Select name="role" label="Role" allowDeselect={false} data={ROLES} defaultValue="default" />
          <NewPassword label="First password" error={add.error} />
          <Problem error={add.error} />
          <Button type="submit" loading={add.isPending}>
            Add
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
