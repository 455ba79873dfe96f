import { Alert, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useNavigateHere } from '../app/navigate-here.ts';
import { useState } from 'react';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { HealthBadge } from './health-badge.tsx';
import { TestButton } from './test-button.tsx';
import { changeOf, fieldsOf, shownSecrets, updateCommand, type Upstream } from './upstream-draft.ts';
import { UpstreamForm } from './upstream-form.tsx';
import { upstreamQuery, useChangeUpstream, useRemoveUpstream } from './upstream-queries.ts';

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
  const remove = useRemoveUpstream(id);
  const navigate = useNavigateHere();
  const removal = {
    ...remove,
    mutateAsync: async () => {
      await remove.mutateAsync();
      noticeDone({ title: `${name} was removed` });
      await navigate({ to: '/upstreams' });
    },
  };
  return (
    <Page
      title={name}
      actions={
        <>
          <TestButton id={id} name={name} />
          <ConfirmButton
            label="Remove"
            title={`Remove ${name}?`}
            action={removal}
            copyAs={{ operation: 'upstreams.remove', path: { id }, cli: ['upstreams', 'remove', id] }}
          >
            <Text size="sm">
              Requests for its models are refused from then on. Its key and its prices are forgotten. This
              cannot be undone.
            </Text>
          </ConfirmButton>
        </>
      }
    >
      <Group>
        <HealthBadge upstream={upstream} />
        {health.last_test !== null && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            Last test, <Time at={health.last_test.at} />: {health.last_test.detail}
          </Text>
        )}
      </Group>
      {warnings.map((warning) => (
        <Alert key={warning} color="orange">
          {warning}
        </Alert>
      ))}
      <Settings upstream={upstream} />
    </Page>
  );
}

function Settings({ upstream }: { upstream: Upstream }) {
  const { id, name, revision } = upstream;
  const before = fieldsOf(upstream);
  const [fields, setFields] = useState(before);
  const change = useChangeUpstream(id);
  const body = changeOf(before, fields);
  const { hasNewKey } = fields;
  const isUnchanged = Object.keys(body).length === 0 && !hasNewKey;
  const save = async (apiKey: string): Promise<void> => {
    const sent = apiKey === '' ? body : { ...body, api_key: apiKey };
    const changed = await change.mutateAsync({ revision, body: sent });
    const undo = () => change.mutateAsync({ revision: changed.revision, body: changeOf(fields, before) });
    // A key that was replaced is gone.
    noticeDone({ title: `${name} was changed`, ...(apiKey === '' ? { undo } : {}) });
  };
  return (
    <UpstreamForm
      fields={fields}
      onChange={setFields}
      onSubmit={(apiKey) => void save(apiKey).catch(() => undefined)}
      keyHint={upstream.api_key_hint}
      action={change}
      isUnchanged={isUnchanged}
      submitLabel="Save"
    >
      {!isUnchanged && (
        <CopyAs
          operation="upstreams.update"
          path={{ id }}
          body={body}
          {...shownSecrets(hasNewKey)}
          cli={updateCommand(id, body, hasNewKey)}
        />
      )}
    </UpstreamForm>
  );
}
