import { expect, test } from 'vitest';
import { StopFinder } from './text-stream.ts';

function feed(stops: string[], pieces: string[]): { sent: string[]; stopped: boolean } {
  const finder = new StopFinder(stops);
  const sent: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = finder.push(piece);
    sent.push(text);
    if (stopped) return { sent, stopped };
  }
  return { sent: [...sent, finder.end()], stopped: false };
}

test('A stop string that is split over pieces is found and not sent', () => {
  expect(feed(['END'], ['aE', 'N', 'Db'])).toEqual({ sent: ['a', '', ''], stopped: true });
});

test('The earliest of several stop strings counts', () => {
  expect(feed(['yy', 'x'], ['a x yy'])).toEqual({ sent: ['a '], stopped: true });
});

test('Text that only begins like a stop string is sent', () => {
  expect(feed(['END'], ['EN', 'E', 'N'])).toEqual({ sent: ['', 'EN', '', 'EN'], stopped: false });
});

test('Without stop strings every piece is sent at once', () => {
  expect(feed([''], ['a', 'b'])).toEqual({ sent: ['a', 'b', ''], stopped: false });
});
