/** A setting that is missing or wrong. The message names it, and holds no value of a secret one. */
export class SettingError extends Error {}

/** A variable of the environment; undefined for an empty one too. */
export type Read = (name: string) => string | undefined;
