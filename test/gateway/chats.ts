/** What most tests of the gateway ask. */
export const chatPath = '/v1/chat/completions';

export const chat = { model: 'tiny', messages: [] };

/** As texts, for clients on a bare socket. */
export const plainChat: string = JSON.stringify(chat);
export const streamedChat: string = JSON.stringify({ ...chat, stream: true });
