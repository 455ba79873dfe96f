import { STATUS_CODES } from 'node:http';
import type { WholeAnswer } from '../http/index.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

export const text = (status: number, body: string): WholeAnswer => ({ status, body, headers: { ...TEXT } });

/** What deletions answer; clients compare the word. */
export const okText = (): WholeAnswer => text(200, 'OK');

/** The reason phrase of the status as plain text, such as `Bad Request`: most refusals of the Developer API. */
export const phrase = (status: number): WholeAnswer => text(status, STATUS_CODES[status] ?? String(status));

export const empty = (status: number): WholeAnswer => ({ status, headers: { 'content-length': '0' } });

export const json = (body: object, status = 200): WholeAnswer => ({ status, body });
