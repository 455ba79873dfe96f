import { SimpleGrid, Text } from '@mantine/core';
import { PageLink } from '../../page/page-link.tsx';
import type { ReactNode } from 'react';
import { Time } from '../../page/time.tsx';
import type { Key } from '../holdings/draft.ts';
import { rowsOf } from '../holdings/metadata.ts';
import { OwnerLink } from '../owner-link.tsx';
import { ActorName } from './actor-name.tsx';
import { Section } from '../../page/page.tsx';

/** Where and when it was used, and where it comes from. */
export function FactsSection({ keyRecord: key }: { keyRecord: Key }) {
  const latest = key.secrets.toSorted((a, b) =>
    (b.last_used_at ?? '').localeCompare(a.last_used_at ?? ''),
  )[0];
  return (
    <Section title="About the key">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="md">
        <Fact name="Last used">
          <Time at={key.last_used_at} />
        </Fact>
        <Fact name="Last used from">{latest?.last_used_from ?? '–'}</Fact>
        <Fact name="Expires">
          <Time at={key.expires_at} />
        </Fact>
        <Fact name="Made">
          <Time at={key.created_at} />
        </Fact>
        <Fact name="Made by">
          <ActorName actor={key.created_by} />
        </Fact>
        <Fact name="Owner">
          <OwnerLink {...key.owner} />
        </Fact>
        <Fact name="Secret">
          <PageLink to="/keys/$id" params={{ id: key.id }} search={{ tab: 'secrets' }} ff="monospace">
            {key.secrets.find(({ ends_at }) => ends_at === null)?.hint ?? 'none'}
          </PageLink>
        </Fact>
        <Fact name="Tags">
          {key.tags.length === 0 ? '–' : key.tags.map((tag) => <TagLink key={tag} tag={tag} />)}
        </Fact>
        {rowsOf(key.metadata).map(({ name, text }) => (
          <Fact key={name} name={name}>
            <span title={text}>{text}</span>
          </Fact>
        ))}
      </SimpleGrid>
    </Section>
  );
}

const TagLink = ({ tag }: { tag: string }) => (
  <PageLink to="/keys" search={{ tag }} mr={6}>
    {tag}
  </PageLink>
);

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <Text size="xs" c="dimmed">
      {name}
    </Text>
    <Text size="sm" component="div" truncate>
      {children}
    </Text>
  </div>
);
