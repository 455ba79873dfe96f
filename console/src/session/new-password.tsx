import { PasswordInput } from '@mantine/core';
import { fieldError } from '../page/problem.tsx';

/** A field for a password that did not exist before. */
export const NewPassword = ({ label = 'New password', error }: { label?: string; error: unknown }) => (
  <PasswordInput
    name="password"
    label={label}
    description="At least 8 characters. A short sentence is easy to remember."
    required
    minLength={8}
    autoComplete="new-password"
    error={fieldError(error, 'password')}
  />
);
