/**
 * A process that puts documents into a collection: `node embedding-process.fixture.ts <database> <collection> <location>…`.
 * Says `attached` at the end, if it comes to that.
 */
import { writeSync } from 'node:fs';
import { openStorage } from '../storage/index.ts';
import { retrievalOn } from './retrieval-on.fixture.ts';

const [, , database = '', collection = '', ...locations] = process.argv;
const storage = await openStorage(database);
const { retrieval, stop } = retrievalOn(storage);
await retrieval.attach(Number(collection), locations);
writeSync(1, 'attached\n');
await stop();
await storage.close();
