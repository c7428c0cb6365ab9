/** Things that must not be in a report that people hand on. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // A user and password in an address.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@'],
  [/\bhf_[A-Za-z0-9]{8,}/g, 'hf_***'],
  [/\blai-[A-Za-z0-9_-]{8,}/g, 'lai-***'],
  [/\bsk-[A-Za-z0-9_-]{8,}/g, 'sk-***'],
  [/(Bearer\s+)\S+/gi, '$1***'],
];

/** The text with passwords, tokens and keys blacked out. */
export const withoutSecrets = (text: string): string =>
  secrets.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
