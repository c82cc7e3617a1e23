import { Fixture, allowAtGateway, route } from '../__testUtils__/build';

const BALANCER = `
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Cluster
  selector: {istio: ingressgateway}
  ports: [{name: http2, port: 80, targetPort: 8080}]
`;

/** Fixture of `ip-behind-balancer`. */
export const ipBehindBalancer: Fixture = {
  bad: [
    [
      route(),
      BALANCER,
      allowAtGateway('from: [{source: {ipBlocks: ["203.0.113.0/24"]}}]'),
    ],
  ],
  good: [
    [
      route(),
      BALANCER.replace('Cluster', 'Local'),
      allowAtGateway('from: [{source: {ipBlocks: ["203.0.113.0/24"]}}]'),
    ],
    [route(), BALANCER],
  ],
};
