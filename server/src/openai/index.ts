export { openaiRoutes } from './routes.ts';
export type { Services as OpenaiServices } from './surface.ts';
