export { cancelBatch, createBatch, findOwnBatch, listBatches, type BatchInput } from './batches.ts';
export { contentOf, deleteOwnFile, findOwnFile, listFiles } from './files/files.ts';
export { FileUpload } from './files/upload.ts';
export { batchesModule, type Batches } from './module.ts';
export { BATCH_STATUSES, ENDPOINTS, FILE_PURPOSES } from './store/tables.ts';
export { viewOfBatch, viewOfFile } from './views.ts';
