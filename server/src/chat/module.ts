import { defineModule } from '../storage/index.ts';
import { chatMigrations } from './migrations.ts';
import { openChat } from './open.ts';
import type { ChatOptions } from './open.ts';

export const chatModule = defineModule({
  migrations: chatMigrations,
  open: (given: ChatOptions) => ({ chat: openChat(given) }),
});
