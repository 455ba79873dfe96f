export { ADDRESS_LIMITS } from './admission.ts';
export type { Bill } from './answering.ts';
export { subjectOfWidget, type WidgetsContext } from './context.ts';
export type { Embed, GivenSettings } from './embed.ts';
export { emptyWidgets } from './embed-chat-store.ts';
export type { EmbedChatRow } from './tables.ts';
export {
  adoptEmbed,
  createEmbed,
  deleteEmbed,
  embedChats,
  getEmbed,
  listEmbeds,
  updateEmbed,
} from './embeds.ts';
export type { ListedEmbed } from './embeds.ts';
export {
  EXTENSION_KEY_SCOPES,
  EXTENSION_KEY_TAG,
  endExtensionKey,
  endOwnKey,
  extensionKeyOf,
  listExtensionKeys,
  mintExtensionKey,
} from './extension-keys.ts';
export type { ExtensionKey } from './extension-keys.ts';
export { widgetsModule } from './module.ts';
export { bringEmbed, bringEmbedChat, embedSettingsLike, hasEmbed, presentEmbeds } from './moving-in.ts';
export { forget, sessionHistory } from './sessions.ts';
export { payerOf } from './payer.ts';
export { isAllowedOrigin } from './origins.ts';
export { ask, MESSAGE_MAX_CHARACTERS, visit, type Refusal, type WidgetEvent } from './widget-chat.ts';
