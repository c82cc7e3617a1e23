import { assessService, Mesh, parseYaml } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { withoutNulls } from './withoutNulls';

describe('fields that are null', () => {
  it('are not there', () => {
    expect(
      withoutNulls({ a: null, b: [{ c: null, d: 1 }, null], e: { f: null } }),
    ).toEqual({ b: [{ d: 1 }, null], e: {} });
  });

  it('leave a value as it is where there are none', () => {
    const value = { a: [{ b: 1 }, null, 'x'], c: { d: false } };
    expect(withoutNulls(value)).toBe(value);
  });

  it('are not looked for without end', () => {
    let value: unknown = null;
    for (let depth = 0; depth < 20_000; depth++) value = [value];
    expect(withoutNulls(value)).toBe(value);
  });

  it.each([
    ['Service', 'v1', 'selector'],
    ['Service', 'v1', 'ports'],
    ['Service', 'v1', 'externalName'],
    ['Gateway', 'networking.istio.io/v1', 'selector'],
    ['VirtualService', 'networking.istio.io/v1', 'hosts'],
    ['HTTPRoute', 'gateway.networking.k8s.io/v1', 'parentRefs'],
  ])('of a %s (%s: %s) keep nobody from judging others', (kind, api, field) => {
    const mesh = new Mesh();
    const text = `${WORKLOADS}
---
apiVersion: ${api}
kind: ${kind}
metadata: {name: other, namespace: default}
spec:
  type: ExternalName
  ${field}:
`;
    for (const each of parseYaml(text).resources) mesh.apply(each);
    expect(assessService(mesh, BACKEND).state).toBe('open');
  });
});
