/** Of a text, by the names of known models; `[CLS]`, `[SEP]` and their like are not among them. */
const LIMITS: [name: RegExp, tokens: number][] = [
  [/^paraphrase-multilingual-minilm|^distiluse/, 126],
  [/minilm/, 254],
  [/all-mpnet/, 382],
  [/^text-embedding-(3|ada)/, 8_190],
  [/bge-m3|^jina-.*(v2|v3|v4)|voyage-|gte-(qwen|multilingual|modernbert)|arctic-embed.*(v2|2\.0)/, 8_000],
  [/qwen3-embedding|^mistral-embed|modernbert-embed|^embed-v4|^text-embedding-v[34]/, 8_000],
  [/nomic-embed|embeddinggemma|gemini-embedding|^text-(multilingual-)?embedding-00/, 2_000],
];

/** Most models that are not known read at least so much. */
const UNKNOWN = 500;

/** The tokens of a text that a model reads. @param stated of a model that is not known, by its administrator. */
export function tokenLimit(model: string, stated: number | undefined): number {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return LIMITS.find(([pattern]) => pattern.test(name))?.[1] ?? stated ?? UNKNOWN;
}
