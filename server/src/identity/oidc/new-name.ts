import { randomBytes } from 'node:crypto';
import type { Db } from '../../storage/index.ts';
import { findByUsername } from '../store/user-store.ts';
import { isUsername } from '../user.ts';
import type { Person } from './claims.ts';

const ATTEMPTS_MAX = 8;
const WORD_MAX_CHARACTERS = 40;

/**
 * A free name for a new user: the verified e-mail address, or else a word of the names that the provider gives. Only a
 * verified address is an address here too: people could otherwise take the name of somebody who has not signed in yet.
 */
export async function newName(tx: Db, person: Pick<Person, 'email' | 'name'>): Promise<string> {
  const { email, name } = person;
  const isFree = async (username: string): Promise<boolean> =>
    isUsername(username) && (await findByUsername(tx, username)) === undefined;
  if (email !== undefined && (await isFree(email))) return email;
  const word = [name, email].map(wordIn).find(isUsername) ?? 'user';
  if (await isFree(word)) return word;
  for (let attempt = 1; ; attempt++) {
    // No longer than a person can type, as long as it is free.
    const username = `${word}-${randomBytes(Math.min(attempt + 1, ATTEMPTS_MAX)).toString('hex')}`;
    if (await isFree(username)) return username;
  }
}

const wordIn = (text = ''): string =>
  text
    .toLowerCase()
    .replace(/@.*$/s, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, WORD_MAX_CHARACTERS);
