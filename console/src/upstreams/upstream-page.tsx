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
  return <OneUpstream upstream={upstream.data} />;
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
  const { id, name } = upstream;
  // What the person began with: somebody else's change since then is refused by the server, not overwritten.
  const [start, setStart] = useState(upstream);
  const before = fieldsOf(start);
  const [fields, setFields] = useState(before);
  const [discards, setDiscards] = useState(0);
  const change = useChangeUpstream(id);
  const beginAnew = (from: Upstream): void => {
    setStart(from);
    setFields(fieldsOf(from));
  };
  const body = changeOf(before, fields);
  const { hasNewKey } = fields;
  const isUnchanged = Object.keys(body).length === 0 && !hasNewKey;
  const save = async (apiKey: string): Promise<void> => {
    const sent = apiKey === '' ? body : { ...body, api_key: apiKey };
    const changed = await change.mutateAsync({ revision: start.revision, body: sent });
    beginAnew(changed);
    const undo = () => change.mutateAsync({ revision: changed.revision, body: changeOf(fields, before) });
    // A key that was replaced is gone.
    noticeDone({ title: `${name} was changed`, ...(apiKey === '' ? { undo } : {}) });
  };
  // Nothing was typed yet: what is read anew is shown.
  if (isUnchanged && upstream.revision > start.revision) beginAnew(upstream);
  return (
    <UpstreamForm
      // Another revision is another form: the credential in its field was sent with the former one.
      key={`${start.revision} ${discards}`}
      fields={fields}
      onChange={setFields}
      onSubmit={(apiKey) => void save(apiKey).catch(() => undefined)}
      keyHint={upstream.api_key_hint}
      action={change}
      isUnchanged={isUnchanged}
      onDiscard={() => {
        change.reset();
        setDiscards(discards + 1);
        beginAnew(upstream);
      }}
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
