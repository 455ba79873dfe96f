/** Of ids of rows that one transaction changes: other orders could deadlock. */
export const lockOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
