/**
 * A process that puts documents into a collection: `node embedding-process.fixture.ts <database> <collection> <location>…`.
 * Then it searches, says the id of its index process, and waits.
 */
import { writeSync } from 'node:fs';
import { openStorage } from '../storage/index.ts';
import { retrievalOn } from './retrieval-on.fixture.ts';

const [, , database = '', collection = '', ...locations] = process.argv;
const storage = await openStorage(database);
const { retrieval } = retrievalOn(storage);
const collectionId = Number(collection);
await retrieval.attach(collectionId, locations);
// Fails where the model is down.
await retrieval.search({ collectionId, query: 'owl', topN: 1, threshold: 0 }).catch(() => undefined);
writeSync(1, `${retrieval.indexPid ?? 0}\n`);
setInterval(() => undefined, 1_000);
