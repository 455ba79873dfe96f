import { defineModule } from '../storage/index.ts';
import { openWidgets, type WidgetsOptions } from './context.ts';
import { widgetsMigrations } from './migrations.ts';

export const widgetsModule = defineModule({
  migrations: widgetsMigrations,
  open: (given: WidgetsOptions) => ({ widgets: openWidgets(given) }),
});
