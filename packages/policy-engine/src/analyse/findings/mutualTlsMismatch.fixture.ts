import { meshConfig } from '../../__testUtils__/meshConfig';
import { Fixture, mutualTls, route } from '../__testUtils__/build';

const rule = (policy: string, host = 'backend') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: backend, namespace: default}
spec: {host: ${host}, trafficPolicy: {${policy}}}
`;
const ON = 'tls: {mode: ISTIO_MUTUAL}';
const OFF = 'tls: {mode: DISABLE}';

/** Fixture of `mutual-tls-mismatch`. */
export const mutualTlsMismatch: Fixture = {
  bad: [
    [route(), mutualTls('DISABLE'), rule(ON)],
    [route(), rule(`${OFF}, loadBalancer: {simple: RANDOM}`)],
    [route(), rule(`portLevelSettings: [{port: {number: 80}, ${OFF}}], ${ON}`)],
    [route(), rule(OFF, '"*.local"')],
    // By a PeerAuthentication that says it of the port alone.
    [
      route(),
      mutualTls('UNSET}, portLevelMtls: {"8080": {mode: DISABLE}'),
      rule(ON),
    ],
    // Where no DestinationRule says it.
    [route(), meshConfig('enableAutoMtls: false'), mutualTls('STRICT')],
    [
      route(),
      meshConfig('enableAutoMtls: false'),
      rule('loadBalancer: {}'),
      mutualTls('STRICT'),
    ],
  ],
  good: [
    [route(), mutualTls('DISABLE')],
    [route(), mutualTls('DISABLE'), rule(OFF)],
    [route(), mutualTls('PERMISSIVE'), rule(OFF)],
    [route(), mutualTls('PERMISSIVE'), rule(ON)],
    [route(), rule(ON)],
    [route(), mutualTls('DISABLE'), rule(ON, 'other')],
    [
      route(),
      mutualTls('DISABLE'),
      rule(`portLevelSettings: [{port: {number: 81}, ${ON}}]`),
    ],
    // No proxy before it that would connect so.
    [mutualTls('DISABLE'), rule(ON)],
  ],
};
