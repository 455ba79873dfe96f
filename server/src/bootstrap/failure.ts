import { MinterError } from './minters/minter.ts';
import { VariableError } from './secrets.ts';
import { SinkError } from './sinks/sink.ts';

/** What a report says where a key could not be finished. @throws the error itself, if it is not of a sink, a service or a variable */
export function failureOf(error: unknown): {
  reason: string;
  is_unavailable?: boolean;
  needs_operator?: boolean;
} {
  if (error instanceof VariableError) return { reason: error.message, needs_operator: true };
  if (!(error instanceof SinkError) && !(error instanceof MinterError)) throw error;
  return { reason: error.message, ...(error.fault === 'unavailable' && { is_unavailable: true }) };
}
