import type { components } from '@keyward/sdk';

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What every process has confirmed, in a sentence. */
export function acknowledgement({
  acknowledged: { nodes, waited_ms, requests_ended },
  missing_nodes = 0,
}: {
  acknowledged: components['schemas']['Acknowledged'];
  missing_nodes?: number;
}): string {
  const done = `${counted(requests_ended, 'request')} ended. ${counted(nodes, 'node')} confirmed in ${waited_ms} ms.`;
  return missing_nodes === 0 ? done : `${done} ${counted(missing_nodes, 'node')} did not answer in time.`;
}
