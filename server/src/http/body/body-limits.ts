export const BODY_MAX_BYTES = 1024 * 1024;
/** For requests to a model: they contain images and sound. */
export const MODEL_BODY_MAX_BYTES = 32 * 1024 * 1024;
/** For lenient bodies: chats contain documents and images as text. */
export const LENIENT_BODY_MAX_BYTES = 64 * 1024 * 1024;
/** Read line by line; more keys are sent in several requests. */
export const IMPORT_MAX_BYTES = 1024 * 1024 * 1024;
