import { KeywardError } from '../base/errors.ts';
import type { ErrorCode } from '../base/errors.ts';

/** What is the caller's to put right; the rest is an error of the surface. */
const TOLD = new Set<ErrorCode>(['invalid_input', 'not_found', 'conflict']);

export type Told<T> = { value: T } | { error: string };

/** The outcome of a change, or why it was refused, in words for a body that has a place for them. */
export async function told<T>(change: Promise<T>): Promise<Told<T>> {
  try {
    return { value: await change };
  } catch (error) {
    if (error instanceof KeywardError && TOLD.has(error.code)) return { error: error.message };
    throw error;
  }
}
