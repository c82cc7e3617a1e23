/** A host that cannot leave its header. */
export function isSafeHost(host: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/i.test(host);
}
