import { Fixture, policy, SELECT_BACKEND } from '../__testUtils__/build';

const meshConfig = (provider: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    extensionProviders:
    - name: ${provider}
      envoyExtAuthzHttp: {service: authorizer.auth.svc.cluster.local, port: 8000}
`;

const CUSTOM = policy(
  `${SELECT_BACKEND}, action: CUSTOM, provider: {name: sample}, rules: [{}]`,
);

/** Fixture of `authorizer-missing`. */
export const authorizerMissing: Fixture = {
  bad: [[meshConfig('other'), CUSTOM]],
  good: [[meshConfig('sample'), CUSTOM], [CUSTOM]],
};
