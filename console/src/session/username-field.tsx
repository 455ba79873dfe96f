import { TextInput, type TextInputProps } from '@mantine/core';

interface UsernameFieldProps extends Pick<TextInputProps, 'description' | 'error'> {
  /** With each change, without spaces around the name. */
  onName: (name: string) => void;
}

/** The first field of a form for somebody who is not signed in. */
export const UsernameField = ({ onName, ...says }: UsernameFieldProps) => (
  <TextInput
    name="username"
    label="Username"
    required
    autoFocus
    autoComplete="username"
    onChange={(event) => onName(event.currentTarget.value.trim())}
    {...says}
  />
);
