import { Component, type ReactNode } from 'react';

interface KeptPlaceProps {
  /** Of the first turn: another one means that turns came or went above. */
  first: number | undefined;
  children: ReactNode;
}

interface Seen {
  turn: Element;
  topPx: number;
}

const isInView = (turn: Element): boolean => turn.getBoundingClientRect().bottom > 0;

/** Keeps the turn that is read where it is, while turns come or go above it. A hook cannot look at the page before it changes. */
export class KeptPlace extends Component<KeptPlaceProps> {
  override getSnapshotBeforeUpdate({ first }: KeptPlaceProps): Seen | null {
    if (first === this.props.first) return null;
    const turn = [...document.querySelectorAll('[role=log] article')].find(isInView);
    return turn === undefined ? null : { turn, topPx: turn.getBoundingClientRect().top };
  }

  override componentDidUpdate(_before: KeptPlaceProps, _state: unknown, seen: Seen | null): void {
    if (seen?.turn.isConnected === true)
      scrollBy({ top: seen.turn.getBoundingClientRect().top - seen.topPx });
  }

  override render(): ReactNode {
    return this.props.children;
  }
}
