import { KeywardApiError } from '@keyward/sdk';
import { Alert, Button, List, Text } from '@mantine/core';
import { isSignedOut } from '../session/session-queries.ts';
import { useEffect, useRef, useState, type RefObject } from 'react';

/** What went wrong, in one line. */
export function reasonOf(error: unknown): string {
  if (isSignedOut(error)) return 'Your session had ended. Try it again.';
  return error instanceof Error ? error.message : 'Something failed.';
}

/** What went wrong and the next step. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  if (error === null || error === undefined) return null;
  // A page of a session that has ended is hidden: who sees this is signed in again.
  if (isSignedOut(error))
    return (
      <Alert color="orange" role="alert" title="Your session had ended">
        <Text size="sm">You are signed in again. Send it once more.</Text>
      </Alert>
    );
  const api = error instanceof KeywardApiError ? error : undefined;
  return (
    <Alert color="red" role="alert" title={reasonOf(error)}>
      {typeof api?.hint === 'string' && <Text size="sm">{api.hint}</Text>}
      {api !== undefined && api.errors.length > 0 && (
        <List size="sm">
          {api.errors.map(({ field, message }) => (
            <List.Item key={field + message}>
              {field}: {message}
            </List.Item>
          ))}
        </List>
      )}
      {typeof api?.requestId === 'string' && (
        <Text size="xs" mt={4}>
          Request {api.requestId}
        </Text>
      )}
      {onRetry !== undefined && (
        <Button size="xs" mt="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/**
 * The message for one field of a form, from the server's answer. `name` as the body has it, such as `limits[0].requests`; the
 * name of a list stands for its items, too.
 */
export function fieldError(error: unknown, name: string): string | undefined {
  if (!(error instanceof KeywardApiError)) return undefined;
  return error.errors.find(({ field }) => field === name || field.startsWith(`${name}[`))?.message;
}

/** Fields that the form complains about; a choice is marked by itself, as it is no field. */
const WRONG = '[aria-invalid=true], [data-wrong] button';

interface Tries {
  form: RefObject<HTMLFormElement | null>;
  /** Complains about what is missing only then. */
  isTried: boolean;
  /** Counts a try that was refused. */
  refuse: () => void;
}

/** Brings the reader to the first thing that keeps a long form from being sent. */
export function useTries(): Tries {
  const [refused, setRefused] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refused > 0) form.current?.querySelector<HTMLElement>(WRONG)?.focus();
  }, [refused]);
  return { form, isTried: refused > 0, refuse: () => setRefused((before) => before + 1) };
}
