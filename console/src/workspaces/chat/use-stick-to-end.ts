import { useEffect, useLayoutEffect, useRef } from 'react';

/** Nearer to the end than this, px, the reader follows the answer. */
const NEAR_PX = 160;

const distance = (): number =>
  document.documentElement.scrollHeight - window.scrollY - document.documentElement.clientHeight;

/**
 * Keeps the end of the page in view while it grows, until the reader scrolls up.
 * @param content changes when the page grows
 * @param isReady from then on
 */
export function useStickToEnd(content: string, isReady: boolean): void {
  const follows = useRef(true);
  useEffect(() => {
    const onScroll = (): void => {
      follows.current = distance() < NEAR_PX;
    };
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, []);
  useLayoutEffect(() => {
    if (isReady && follows.current) window.scrollTo({ top: document.documentElement.scrollHeight });
  }, [content, isReady]);
}
