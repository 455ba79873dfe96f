/*
 * The forms of what a report of the bootstrap holds, as patterns of JSON Schema: the manifest and the command use them too,
 * so that no report is refused for a name that the manifest allows.
 */

const NAME = '[a-z0-9][a-z0-9_.-]{0,62}';

/** Of a sink, a key, a service, a stack or a consumer. */
export const NAME_PATTERN = `^${NAME}$`;
export const PLACE_PATTERN = String.raw`^${NAME}:[^\s\p{C}]{1,600}$`;
export const SOURCE_PATTERN = '^[a-z][a-z_-]{0,39}(:[A-Za-z0-9_.-]{1,100})?$';
export const SERVICE_KEY_ID_PATTERN = '^[!-~]{1,128}$';
export const HOST_PATTERN = '^[0-9A-Za-z][0-9A-Za-z_.-]{0,252}$';
export const REASON_MAX_CHARACTERS = 1_000;
export const REASON_PATTERN = String.raw`^\P{C}{1,${REASON_MAX_CHARACTERS}}$`;

/** The names of a stack and of a key in it, with a space between. */
export const STACK_KEY = new RegExp(`^${NAME} ${NAME}$`);
