/** Whether a path is exempt: exactly, or by a prefix that ends in `*`. The query does not count. */
export function matchesPath(pattern: string, path: string): boolean {
  const [bare] = path.split('?', 1);
  return pattern.endsWith('*')
    ? bare.startsWith(pattern.slice(0, -1))
    : bare === pattern;
}
