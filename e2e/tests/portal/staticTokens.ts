const entry = (subject: string, accessRestrictions: object[]) => ({
  type: 'static',
  options: { token: tokenOf(subject), subject },
  accessRestrictions,
});

/** Of the portal that the tests start, which listens on loopback alone. */
export function tokenOf(subject: string): string {
  return `sandbox-token-of-${subject}`;
}

/** As `backend.auth.externalAccess` of the docs: whole plugins, and some permissions of one. */
export const STATIC_TOKENS = [
  entry('mcp-whole', [{ plugin: 'mcp-actions' }, { plugin: 'istio-jwt' }]),
  entry('mcp-some', [
    { plugin: 'mcp-actions' },
    { plugin: 'istio-jwt', permission: ['istio-jwt.status.read'] },
  ]),
  entry('api-reader', [
    { plugin: 'istio-jwt', permission: ['istio-jwt.status.read'] },
    { plugin: 'catalog' },
  ]),
];
