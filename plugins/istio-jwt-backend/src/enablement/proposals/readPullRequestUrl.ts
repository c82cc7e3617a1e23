const MAX_LENGTH = 2000;

/** An address that may be shown as a link, or null. Parameters are dropped: some hosts put secrets there. */
export function readPullRequestUrl(text: string): string | null {
  if (text.length > MAX_LENGTH || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) {
    return null;
  }
  url.search = '';
  url.hash = '';
  return url.href;
}
