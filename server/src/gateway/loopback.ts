import { inRanges } from '../access/index.ts';

const LOOPBACK = ['127.0.0.0/8', '::1'];

export const isLoopback = (ip: string): boolean => inRanges(LOOPBACK, ip);
