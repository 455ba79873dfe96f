import { defineModule } from '../storage/index.ts';
import { Chat, type ChatContext } from './chat.ts';

export const chatModule = defineModule({
  open: (given: ChatContext) => ({ chat: new Chat(given) }),
});
