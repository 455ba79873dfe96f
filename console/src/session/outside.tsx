import { Container, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { Page } from '../page/page.tsx';

/** A page before somebody is signed in. */
export function Outside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Container size={440} py={64} component="main">
      <Page title={title}>
        <Paper withBorder p="lg">
          {children}
        </Paper>
      </Page>
    </Container>
  );
}
