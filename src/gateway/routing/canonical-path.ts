/**
 * Clients are given an address with or without `/v1` and add their own part with or without it. What they can only
 * have meant is understood: `/chat/completions`, `/v1/v1/models`, `/v1/tokenize`, doubled and trailing slashes.
 */
export const canonicalPath = (known: ReadonlySet<string>): ((url: string) => string) => {
  const simplest = (path: string): string => {
    let clean = path.replace(/\/{2,}/g, '/');
    if (clean.length > 1 && clean.endsWith('/')) clean = clean.slice(0, -1);
    while (clean.startsWith('/v1/v1/')) clean = clean.slice(3);
    if (known.has(clean)) return clean;
    const without = clean.startsWith('/v1/') ? clean.slice(3) : `/v1${clean}`;
    return known.has(without) ? without : clean;
  };
  return (url) => {
    if (known.has(url)) return url;
    const query = url.indexOf('?');
    return query < 0 ? simplest(url) : simplest(url.slice(0, query)) + url.slice(query);
  };
};
