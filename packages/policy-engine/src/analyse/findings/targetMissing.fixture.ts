import { Fixture, policy } from '../__testUtils__/build';

const HERE = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: here, namespace: default}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}
`;

/** Fixture of `target-missing`. */
export const targetMissing: Fixture = {
  bad: [
    [
      policy(
        'targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: nowhere}], rules: [{}]',
      ),
    ],
    [
      policy(
        'targetRefs: [{kind: Service, group: "", name: backend}], rules: [{}]',
      ),
    ],
  ],
  good: [
    [
      policy(
        'targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: here}], rules: [{}]',
      ),
      HERE,
    ],
  ],
};
