import { useNavigate, useRouter, type UseNavigateResult } from '@tanstack/react-router';
import { useState } from 'react';

/**
 * Leads on after a request. Who has gone to another page meanwhile stays there, with what was typed. Guarded by
 * console/test/workspaces.test.ts.
 */
export function useNavigateHere(): UseNavigateResult<string> {
  const navigate = useNavigate();
  const router = useRouter();
  const [here] = useState(router.state.location.pathname);
  return (options) => (router.state.location.pathname === here ? navigate(options) : Promise.resolve());
}
