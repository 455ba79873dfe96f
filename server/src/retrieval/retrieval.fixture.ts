import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { TestDatabase } from '../../test/databases.ts';
import { startTestUpstream, type Behaviour, type TestUpstream } from '../../test/upstream.ts';
import { auditMigrations } from '../audit/index.ts';
import { documentsMigrations, type Document, type Documents } from '../documents/index.ts';
import { addUpstream, modelsMigrations, type LocalModel } from '../models/index.ts';
import { settingsMigrations, type Settings } from '../settings/index.ts';
import { migrate, storageMigrations, type Storage } from '../storage/index.ts';
import { EMBEDDING_SETTINGS, retrievalMigrations, type Retrieval, type RetrievalOptions } from './index.ts';
import { retrievalOn } from './retrieval-on.fixture.ts';
import { wordsOf } from './index/words.ts';

export const DIMENSIONS = 251;
export const EMBEDDING_MODEL = 'embed-test';

/** A text as a vector that its words decide: texts with the same words are near each other. */
export function vectorOf(text: string, dimensions = DIMENSIONS): number[] {
  const vector = Array.from<number>({ length: dimensions }).fill(0);
  for (const word of wordsOf(text.replace(/<document_metadata>.*<\/document_metadata>/s, ''))) {
    let hash = 7;
    for (let at = 0; at < word.length; at++) hash = (hash * 31 + word.charCodeAt(at)) % 1_000_003;
    vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1;
  }
  return vector;
}

/** An upstream's answer to `POST /embeddings`, in the encoding that is asked for. */
export function embeddings(dimensions = DIMENSIONS): Behaviour {
  return (response, { body }) => {
    const { input, encoding_format, model } = JSON.parse(body.toString()) as {
      input: string[];
      encoding_format: string;
      model: string;
    };
    const data = input.map((text, index) => {
      const vector = vectorOf(text, dimensions);
      const embedding =
        encoding_format === 'base64'
          ? Buffer.from(Float32Array.from(vector).buffer).toString('base64')
          : vector;
      return { object: 'embedding', index, embedding };
    });
    const tokens = input.reduce((sum, text) => sum + wordsOf(text).length, 0);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    );
  };
}

export interface TestRetrieval {
  storage: Storage;
  settings: Settings;
  documents: Documents;
  retrieval: Retrieval;
  upstream: TestUpstream;
  /** Starts a process that puts documents into a collection; killed when the test ends. */
  startAttaching: (collectionId: number, locations: readonly string[]) => ChildProcess;
  /** Puts a document there; its location. */
  document: (name: string, text: string, metadata?: Partial<Document['metadata']>) => Promise<string>;
  /** As another process on the same database. */
  another: (options?: Partial<RetrievalOptions>) => Promise<Retrieval>;
  set: (name: keyof typeof EMBEDDING_SETTINGS, value: string | null) => Promise<void>;
}

export const MIGRATIONS = [
  ...storageMigrations,
  ...auditMigrations,
  ...settingsMigrations,
  ...modelsMigrations,
  ...documentsMigrations,
  ...retrievalMigrations,
];

/** Retrieval on an empty database, with an upstream that embeds by words. */
export async function openRetrieval(
  database: TestDatabase,
  options: Partial<RetrievalOptions> = {},
  localModel?: LocalModel,
): Promise<TestRetrieval> {
  const { storage } = database;
  await migrate(storage, MIGRATIONS, 1);
  const upstream = await startTestUpstream();
  onTestFinished(() => upstream.close());
  upstream.models = [EMBEDDING_MODEL];
  upstream.answer(embeddings());
  const open = (storage: Storage, options: Partial<RetrievalOptions>) => {
    const opened = retrievalOn(storage, options, localModel);
    onTestFinished(() => opened.stop());
    return opened;
  };
  const { settings, documents, models, retrieval } = open(storage, options);
  await addUpstream(
    models,
    { name: 'test', base_url: upstream.baseUrl, models: [EMBEDDING_MODEL, 'embed-other', 'rerank-test'] },
    { kind: 'cli' },
  );
  const set: TestRetrieval['set'] = (name, value) =>
    storage.transaction((tx) => settings.set(tx, { [EMBEDDING_SETTINGS[name]]: { value } }));
  await set('model', EMBEDDING_MODEL);
  return {
    storage,
    settings,
    documents,
    retrieval,
    upstream,
    set,
    document: (name, text, metadata) => addDocument(storage, documents, { name, text, metadata }),
    startAttaching: (collectionId, locations) =>
      startProcess([database.location, String(collectionId), ...locations]),
    another: async (more = {}) => open(await database.reopen(), { ...options, ...more }).retrieval,
  };
}

const PROGRAM = fileURLToPath(new URL('embedding-process.fixture.ts', import.meta.url));

function startProcess(args: string[]): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

export async function addDocument(
  storage: Storage,
  documents: Documents,
  {
    name,
    text,
    metadata,
  }: { name: string; text: string; metadata?: Partial<Document['metadata']> | undefined },
): Promise<string> {
  const id = randomUUID();
  const added = await storage.transaction((tx) =>
    documents.add(tx, {
      folder: 'custom-documents',
      name: `${name}-${id}.json`,
      text,
      createdBy: 'own_test',
      metadata: {
        id,
        url: `file://${name}`,
        title: name,
        docAuthor: 'no author specified',
        description: 'no description found',
        docSource: 'a test',
        chunkSource: '',
        published: '11/21/2026, 1:50:14 AM',
        wordCount: text.split(' ').length,
        token_count_estimate: wordsOf(text).length,
        ...metadata,
      },
    }),
  );
  return added?.location ?? '';
}
