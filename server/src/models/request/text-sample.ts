import { SLICE_CHARACTERS } from '../../base/tokens.ts';

/** So much of a text is really counted; the tokens of a longer one are extrapolated. */
const COUNTED_MAX_CHARACTERS = 64 * 1024;

/**
 * Of a long text a piece here and there, drawn anew each time: nobody can put cheap text where it is looked at, and dear text where
 * it is not. Guarded by http/hanging-up.test.ts.
 */
export function sampleOf(text: string): string {
  if (text.length <= COUNTED_MAX_CHARACTERS) return text;
  const stride = text.length / (COUNTED_MAX_CHARACTERS / SLICE_CHARACTERS);
  const pieces: string[] = [];
  for (let from = 0; from + SLICE_CHARACTERS <= text.length; from += stride) {
    const at = Math.floor(from + Math.random() * (stride - SLICE_CHARACTERS));
    pieces.push(text.slice(at, at + SLICE_CHARACTERS));
  }
  return pieces.join('');
}
