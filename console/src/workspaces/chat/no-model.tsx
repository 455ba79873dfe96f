import { Alert, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../../page/page-link.tsx';
import { useMay } from '../../session/session-queries.ts';
import { readinessQuery } from './chat-queries.ts';

/** Says before a question is typed that no model can answer it now. The field stays open: one may come meanwhile. */
export function NoModel({ slug }: { slug: string }) {
  const { data } = useQuery(readinessQuery(slug));
  const isMissing = data !== undefined && data.state !== 'ready';
  return (
    <div role="status">
      {isMissing && (
        <Alert
          color={data.state === 'waiting' ? 'yellow' : 'orange'}
          mb="xs"
          p="sm"
          title={
            data.state === 'waiting'
              ? 'No model can answer at this moment'
              : 'No model can answer in this workspace'
          }
        >
          <Text size="sm">
            {[data.reason, pageHint(data.hint)].filter((text) => text !== null).join(' ')}{' '}
            {data.state === 'waiting' && 'This notice goes as soon as one can.'}
          </Text>
          {data.state === 'none' && <WaysOut slug={slug} />}
        </Alert>
      )}
    </div>
  );
}

/** Some next steps are requests and commands; the page has links in their place. */
const pageHint = (hint: string | null): string | null =>
  hint !== null && /GET \/|keyward /.test(hint) ? null : hint;

/** Where the person may change that. */
function WaysOut({ slug }: { slug: string }) {
  const may = useMay();
  const [addsModels, choosesModel] = [may('models:manage'), may('workspaces:write')];
  if (!addsModels && !choosesModel) return <Text size="sm">Ask an administrator.</Text>;
  return (
    <Group gap="0 1rem" mt={4}>
      {choosesModel && (
        <PageLink
          to="/workspaces/$slug"
          params={{ slug }}
          search={{ tab: 'settings' }}
          inherit
          underline="always"
        >
          Choose the model of this workspace
        </PageLink>
      )}
      {may('models:use') && (
        <PageLink to="/models" inherit underline="always">
          See the models
        </PageLink>
      )}
      {addsModels && (
        <PageLink to="/upstreams/new" inherit underline="always">
          Add an upstream
        </PageLink>
      )}
    </Group>
  );
}
