import { KeywardApiError } from '@keyward/sdk';
import { Alert, Button, List, Text } from '@mantine/core';

/** What went wrong and the next step. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  if (error === null || error === undefined) return null;
  const api = error instanceof KeywardApiError ? error : undefined;
  return (
    <Alert color="red" role="alert" title={error instanceof Error ? error.message : 'Something failed.'}>
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
