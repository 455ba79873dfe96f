import { Button, NavLink, type ButtonProps, type NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

type OfAnchor<Props> = Omit<Props, 'href'> & Omit<ComponentProps<'a'>, keyof Props>;

/** A page of the console as an entry of a list. */
export const PageNavLink = createLink((props: OfAnchor<NavLinkProps>) => (
  <NavLink component="a" {...props} />
));

/** A page of the console as a button. */
export const PageButton = createLink((props: OfAnchor<ButtonProps>) => <Button component="a" {...props} />);
