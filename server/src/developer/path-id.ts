/** A whole number in a path; undefined for what is none, also where it begins as one. */
export const pathId = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined;
