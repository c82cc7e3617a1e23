/** A host without its port. */
export function bareHost(host: string): string {
  return host.replace(/:\d+$/, '');
}
