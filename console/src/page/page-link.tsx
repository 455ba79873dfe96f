import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

type LinkProps = Omit<AnchorProps, 'href'> & Omit<ComponentProps<'a'>, keyof AnchorProps>;

const Styled = (props: LinkProps) => <Anchor fz="inherit" {...props} />;

/** A link to a page of the console; its path, parameters and search are checked by their types. */
export const PageLink = createLink(Styled);
