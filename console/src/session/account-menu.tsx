import { Button, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ADDRESS } from '../api/client.ts';
import { noticeFailure } from '../page/done-notice.tsx';
import { useTimeForm } from '../page/time-form.ts';
import { useSignOut } from './session-mutations.ts';
import { useSession } from './session-queries.ts';

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const { user } = useSession();
  const signOut = useSignOut();
  const [form, changeForm] = useTimeForm();
  const onError = (error: unknown): void => noticeFailure('You are still signed in', error);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">{user?.username ?? 'Administrator'}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/account">
          Your account
        </Menu.Item>
        <Menu.Item onClick={() => changeForm(form === 'exact' ? 'relative' : 'exact')}>
          {form === 'exact' ? 'Tables: how long ago' : 'Tables: exact times'}
        </Menu.Item>
        <Menu.Item component="a" href={`${ADDRESS}/api/docs`}>
          API documentation
        </Menu.Item>
        <Menu.Item component="a" href={`${ADDRESS}/docs`}>
          Guides
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate(undefined, { onError })}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
