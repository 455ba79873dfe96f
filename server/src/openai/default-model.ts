import type { NameSelector } from '../access/index.ts';
import { usualFor } from '../chat/index.ts';
import type { Models } from '../models/index.ts';

/** In the place of a model's name: a caller who has no preference need not list the models first. */
const DEFAULT_MODEL = 'default';
/** Paths that a model which chats answers. */
const CHAT_PATHS: ReadonlySet<string> = new Set([
  '/chat/completions',
  '/completions',
  '/messages',
  '/responses',
]);

/**
 * The name, or for `default` the local model, else the first model that chats and that the selector covers. An upstream's own
 * model of this name wins.
 * @param path below `/v1`. @throws KeywardError `model_not_found`, `upstream_unavailable`
 */
export async function chosenModel(
  models: Models,
  name: string,
  { path, selector }: { path: string; selector: NameSelector | undefined },
): Promise<string> {
  if (name !== DEFAULT_MODEL || !CHAT_PATHS.has(path)) return name;
  const own = await models.findModel(name, selector);
  return own === undefined ? usualFor({ models }, { selector }) : name;
}
