import { lazy, noun } from '../command.ts';

export const auth = noun('The key that the command line uses', {
  login: lazy('Check a key with the server and store it', () => import('./login.ts')),
  status: lazy('Ask the server who this key is', () => import('./status.ts')),
  logout: lazy('Forget a stored key', () => import('./logout.ts')),
  token: lazy('Print the key', () => import('./token.ts')),
});
