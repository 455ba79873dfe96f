import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionQuery } from '../session/session-queries.ts';

/** Whether people have users of their own; only then a workspace has members. */
export const useHasUsers = (): boolean => useSuspenseQuery(sessionQuery).data.mode === 'multi-user';
