export { openaiRoutes } from './routes.ts';
export { openaiEvent } from './surface.ts';
