import { readFile } from 'node:fs/promises';
import { checkedKey, type KeyPlace } from './key-place.ts';

/** A file with the key as its whole content. It is read anew each time, because its replacement has another inode. */
export function filePlace(file: string): KeyPlace {
  const shown = `The file ${file}`;
  return {
    shown,
    read: async () => {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new Error(`${shown} cannot be read (${error.code ?? 'unknown'}). Check ANYLLM_API_KEY_FILE.`);
      });
      return { key: checkedKey(text, shown) };
    },
    revision: async () => undefined,
    stop: async () => undefined,
  };
}
