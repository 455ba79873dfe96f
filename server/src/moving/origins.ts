/**
 * The sites that may show a widget, as `embed_configs.allowlist_domains` keeps them: a JSON list.
 * @returns undefined where it says nothing: any site may. What is no list is given back as one that cannot be read.
 */
export function originsOf(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    // An empty list let nobody in there: it must not come to mean everybody.
    return JSON.parse(text) ?? undefined;
  } catch {
    return { unreadable: true };
  }
}
