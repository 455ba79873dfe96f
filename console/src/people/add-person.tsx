import { Select, Stack, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { DialogButton } from '../page/dialog-button.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { formValues } from '../page/form-values.ts';
import { fieldError, Problem } from '../page/problem.tsx';
import { NewPassword } from '../session/new-password.tsx';
import { useAddPerson } from './people-queries.ts';
import { ROLES } from './roles.ts';

/** An account with a first password. An invite lets people choose their own. */
export const AddPerson = () => (
  <DialogButton label="Add a person">{(close) => <PersonForm onEnd={close} />}</DialogButton>
);

function PersonForm({ onEnd }: { onEnd: () => void }) {
  const add = useAddPerson();
  const [username, setUsername] = useState('');
  const [role, setRole] = useState('default');
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    const value = formValues(event);
    const person = { username: username.trim(), password: value('password'), role };
    add.mutate(person, {
      onSuccess: () => {
        noticeDone({ title: `${person.username} can sign in` });
        onEnd();
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Username"
          description="A lower-case letter, then letters, digits and . _ - @; at most 64 characters"
          required
          data-autofocus
          autoComplete="off"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={fieldError(add.error, 'username')}
        />
        <Select
          label="Role"
          allowDeselect={false}
          data={ROLES}
          value={role}
          onChange={(chosen) => setRole(chosen ?? 'default')}
        />
        <NewPassword label="First password" error={add.error} />
        <Problem error={add.error} />
        <FormActions submit={{ label: 'Add', isPending: add.isPending }} cancel={{ onClick: onEnd }}>
          <CopyAs
            operation="users.create"
            body={{ username: username.trim(), role }}
            secrets={{ password: 'FIRST_PASSWORD' }}
            cli={['users', 'create', username.trim() || 'NAME', '--role', role]}
          />
        </FormActions>
      </Stack>
    </form>
  );
}
