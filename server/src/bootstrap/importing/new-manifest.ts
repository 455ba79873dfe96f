import { Document, isMap, isSeq, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import type { KeySpec, Manifest, SinkSpec } from '../manifest/manifest.ts';
import { fromManifest, SECRETS_FOLDER, type ImportedKey, type ImportPlan } from './import-plan.ts';

/** The Vault or OpenBao that decides; without one the files do. */
export interface VaultChoice {
  address: string;
  mount: string;
  pathPrefix: string;
}

export interface ManifestChoice {
  /** The path of the manifest. */
  path: string;
  /** Its text, if it exists and is added to. */
  text: string | undefined;
  vault: VaultChoice | undefined;
}

const FILES = 'secrets';
const VAULT = 'vault';

/** The text of the manifest: a new one, or the one that exists with its own members first. */
export function manifestText(plan: ImportPlan, choice: ManifestChoice): string {
  const document =
    choice.text === undefined
      ? new Document({ version: 1, sinks: {}, keys: {} })
      : parseDocument(choice.text, { prettyErrors: false });
  if (choice.text === undefined)
    document.commentBefore =
      ' Written by "keyward bootstrap import". No value stands here: docs/bootstrap-compose.md.\n keyward bootstrap plan shows what is not in step.';
  const sinks = mapIn(document, 'sinks');
  for (const [name, sink] of Object.entries(sinksOf(plan, choice)))
    if (!sinks.has(name)) sinks.set(name, document.createNode(sink, { flow: true }));
  const keys = mapIn(document, 'keys');
  for (const key of plan.keys) {
    const pair = document.createPair<Scalar, YAMLMap>(key.id, keySpec(key, choice));
    pair.key.commentBefore = reasonsOf(key, plan)
      .map((line) => ` ${line}`)
      .join('\n');
    flow(pair.value?.get('sources', true));
    const store: unknown = pair.value?.get('store', true);
    if (isSeq(store)) store.items.forEach(flow);
    keys.add(pair);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function mapIn(document: Document, name: string): YAMLMap {
  const node = document.get(name, true);
  if (!isMap(node)) throw new Error('A manifest that was read has its maps.');
  node.flow = false;
  return node;
}

function sinksOf(plan: ImportPlan, { path, vault }: ManifestChoice): Manifest['sinks'] {
  const at = (file: string): string => fromManifest(path, plan.stack, file);
  const sinks: [string, SinkSpec][] = [];
  if (vault !== undefined)
    sinks.push([
      VAULT,
      { type: 'vault', address: vault.address, login: { method: 'token', token: { env: 'VAULT_TOKEN' } } },
    ]);
  if (vault === undefined || plan.keys.some(({ isFile }) => isFile))
    sinks.push([FILES, { type: 'files', directory: at(SECRETS_FOLDER) }]);
  for (const { sink, path: file } of plan.variableFiles)
    sinks.push([sink, { type: 'dotenv', file: at(file) }]);
  return Object.fromEntries(sinks);
}

function keySpec(key: ImportedKey, { vault }: ManifestChoice): KeySpec {
  const file = { sink: FILES, name: key.id };
  const copies = key.copies.map(({ sink, name }) => ({ sink, name }));
  const secret =
    vault === undefined
      ? undefined
      : {
          sink: VAULT,
          mount: vault.mount,
          path: `${vault.pathPrefix}/${key.services.length === 1 ? (key.services[0] ?? '') : 'shared'}`,
          field: key.env,
        };
  const files = secret === undefined || key.isFile ? [file] : [];
  return {
    phase: 'static',
    sources: [{ env: key.env }],
    store: [...(secret === undefined ? [] : [secret]), ...files, ...copies],
  };
}

/** Services whose keys Keyward can mint: docs/bootstrap-minting.md. */
const MINTED: [RegExp, string][] = [
  [/ANYTHINGLLM|ANYLLM/i, 'mint: { type: anythingllm }'],
  [/KEYWARD/i, 'mint: { type: keyward }'],
];

function reasonsOf({ uses, services }: ImportedKey, { findings }: ImportPlan): string[] {
  const reasons = [...new Set(uses.map(({ name, judgement }) => `${name}: ${judgement.reason}`))];
  const parts = findings.variables.filter(
    (one) => one.isSecret && uses.some(({ names, whole }) => whole === undefined && names.has(one.name)),
  );
  const mint = MINTED.find(([name]) => uses.some((use) => name.test(use.name) && /API_?KEY/i.test(use.name)));
  return [
    `${services.join(', ')}. ${reasons.join('; ')}.`,
    ...parts.map(({ name }) => `It contains the value of ${name}: change both together.`),
    ...(mint === undefined ? [] : [`Keyward can mint such a key: ${mint[1]}.`]),
  ];
}

function flow(node: unknown): void {
  if (isMap(node) || isSeq(node)) node.flow = true;
}

/** Names that a new sink cannot have. */
export const OWN_SINKS: readonly string[] = [FILES, VAULT];
