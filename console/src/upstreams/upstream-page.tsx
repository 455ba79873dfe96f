import { Alert, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { HealthBadge } from './health-badge.tsx';
import { TestButton } from './test-button.tsx';
import { draftOf, fieldsOf, UpstreamForm } from './upstream-form.tsx';
import { upstreamQuery, useChangeUpstream, useRemoveUpstream, type Upstream } from './upstream-queries.ts';

/** One upstream: its health, its settings. */
export function UpstreamPage() {
  const { id } = useParams({ from: '/frame/upstreams/$id' });
  const upstream = useQuery(upstreamQuery(id));
  if (upstream.data === undefined)
    return (
      <Page title="Upstream">
        {upstream.isPending && <Skeleton height={320} />}
        <Problem error={upstream.error} onRetry={() => void upstream.refetch()} />
      </Page>
    );
  // Another revision is another form: what was typed on an old one must not overwrite it.
  return <OneUpstream key={upstream.data.revision} upstream={upstream.data} />;
}

function OneUpstream({ upstream }: { upstream: Upstream }) {
  const { id, name, health, warnings } = upstream;
  const [fields, setFields] = useState(() => fieldsOf(upstream));
  const change = useChangeUpstream(upstream);
  const remove = useRemoveUpstream(id);
  const navigate = useNavigate();
  const submit = (apiKey: string): void =>
    change.mutate(
      { ...draftOf(fields), ...(apiKey === '' ? {} : { api_key: apiKey }) },
      { onSuccess: () => noticeDone({ title: `${name} was changed` }) },
    );
  const removal = {
    ...remove,
    mutateAsync: async () => {
      await remove.mutateAsync();
      await navigate({ to: '/upstreams' });
    },
  };
  return (
    <Page
      title={name}
      actions={
        <>
          <TestButton id={id} name={name} />
          <ConfirmButton label="Remove" title={`Remove ${name}?`} action={removal}>
            <Text size="sm">
              Requests for its models are refused from then on. Its key and its prices are forgotten.
            </Text>
          </ConfirmButton>
        </>
      }
    >
      <Group>
        <HealthBadge upstream={upstream} />
        {health.last_test !== null && <Text size="sm">{health.last_test.detail}</Text>}
      </Group>
      {warnings.map((warning) => (
        <Alert key={warning} color="orange">
          {warning}
        </Alert>
      ))}
      <UpstreamForm
        fields={fields}
        onChange={setFields}
        onSubmit={submit}
        keyHint={upstream.api_key_hint}
        action={change}
        submitLabel="Save"
      >
        <CopyAs
          operation="upstreams.update"
          path={{ id }}
          body={draftOf(fields)}
          cli={['upstreams', 'update', id, '--weight', String(fields.weight)]}
        />
      </UpstreamForm>
    </Page>
  );
}
