const LANTERNS = Array.from(
  { length: 12 },
  (_, index) =>
    `Line ${index + 1}. The lantern festival on the river begins at dusk; boat ${index + 1} carries ${(index + 1) * 20} lanterns.`,
);

/** Uploaded files. */
export const FILES: Record<string, string | Uint8Array<ArrayBuffer>> = {
  lanterns: `${LANTERNS.join('\n')}\n`,
  noise: Uint8Array.from({ length: 2_048 }, (_, index) => (index * 151 + (index >> 3) * 17) % 256),
};
