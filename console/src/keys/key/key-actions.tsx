import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../../session/session-queries.ts';
import type { Key } from '../holdings/draft.ts';
import { EndDialog } from './end-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { useStateChange, type EndVerb } from './state-change.ts';

/** Rotate, and the changes of its state. */
export function KeyActions({ keyRecord: key }: { keyRecord: Key }) {
  const may = useMay();
  const [open, setOpen] = useState<EndVerb | 'rotate'>();
  const { change, runAlone } = useStateChange(key);
  if (!may('keys:write')) return null;
  const close = (): void => setOpen(undefined);
  const isHeld = key.state === 'disabled' || key.state === 'quarantined';
  return (
    <>
      {key.state === 'revoked' ? (
        <Button loading={change.isPending} onClick={() => runAlone('restore')}>
          Restore
        </Button>
      ) : (
        <>
          {isHeld && (
            <Button loading={change.isPending} onClick={() => runAlone('enable')}>
              Enable
            </Button>
          )}
          <Button variant="default" onClick={() => setOpen('rotate')}>
            Rotate
          </Button>
          <EndMenu state={key.state} onChoose={setOpen} />
        </>
      )}
      {open === 'rotate' && <RotateDialog keyRecord={key} onClose={close} />}
      {open !== undefined && open !== 'rotate' && <EndDialog keyRecord={key} verb={open} onClose={close} />}
    </>
  );
}

const LABELS: [EndVerb, string][] = [
  ['disable', 'Disable for a while…'],
  ['quarantine', 'Quarantine…'],
  ['revoke', 'Revoke…'],
];

function EndMenu({ state, onChoose }: { state: Key['state']; onChoose: (verb: EndVerb) => void }) {
  const isLeftOut: Partial<Record<EndVerb, boolean>> = {
    disable: state === 'disabled',
    quarantine: state !== 'active',
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">Stop it ▾</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {LABELS.filter(([verb]) => isLeftOut[verb] !== true).map(([verb, label]) => (
          <Menu.Item key={verb} onClick={() => onChoose(verb)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
