import { lazy, noun } from '../command.ts';

export const auth = noun('Manage the key that the command line uses', {
  login: lazy('Check a key with the server and store it', () => import('./login.ts')),
  status: lazy('Show the record of this key', () => import('./status.ts')),
  logout: lazy('Forget a stored key', () => import('./logout.ts')),
  token: lazy('Print the key', () => import('./token.ts')),
});
