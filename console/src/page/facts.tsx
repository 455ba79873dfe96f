import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A name and what stands behind it. */
export type Fact = [name: string, value: ReactNode];

/** What is known of one thing, a line each. @param label for screen readers */
export const Facts = ({ label, facts, maw }: { label: string; facts: readonly Fact[]; maw?: number }) => (
  <Table aria-label={label} maw={maw}>
    <Table.Tbody>
      {facts.map(([name, value]) => (
        <Table.Tr key={name}>
          <Table.Th scope="row" w="30%">
            {name}
          </Table.Th>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
