export { openaiRoutes } from './routes.ts';
export { openaiEvent } from './surface.ts';
export type { Services as OpenaiServices } from './services.ts';
