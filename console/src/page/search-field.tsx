import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

const TYPING_MS = 300;

interface SearchFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** As the address has it. */
  value: string | undefined;
  /** Called once the typing pauses; undefined: the field is empty. */
  onChange: (value: string | undefined) => void;
}

/** A field of a filter that is kept in the address. */
export function SearchField({ value = '', onChange, ...props }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = useDebouncedCallback((next: string) => {
    sent.current = next;
    onChange(next === '' ? undefined : next);
  }, TYPING_MS);
  useEffect(() => {
    // Cleared, or the browser's way back: not what this field itself has sent.
    if (value !== sent.current) setText((sent.current = value));
  }, [value]);
  return (
    <TextInput
      {...props}
      value={text}
      // Who goes on to a button, such as Clear, has stopped typing.
      onBlur={send.flush}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}
