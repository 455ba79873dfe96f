import { homedir } from 'node:os';
import { join } from 'node:path';

/** `KEYWARD_MODELS_DIR`, else `keyward/models` in the user's cache directory (`XDG_CACHE_HOME`, else `~/.cache`). */
export function defaultModelsDir(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  if (env['KEYWARD_MODELS_DIR']) return env['KEYWARD_MODELS_DIR'];
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'keyward', 'models');
}
