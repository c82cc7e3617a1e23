import { Fixture, backendService, deny } from '../__testUtils__/build';

/** Fixture of `deny-widens`. */
export const denyWidens: Fixture = {
  bad: [
    [
      backendService('{name: tcp, port: 80, targetPort: 8080}'),
      deny('to: [{operation: {paths: ["/admin"]}}]'),
    ],
  ],
  good: [
    [
      backendService('{name: http, port: 80, targetPort: 8080}'),
      deny('to: [{operation: {paths: ["/admin"]}}]'),
    ],
    [deny('to: [{operation: {paths: ["/admin"]}}]')],
    [
      backendService('{name: tcp, port: 80, targetPort: 8080}'),
      deny('to: [{operation: {paths: ["/admin"], ports: ["8081"]}}]'),
    ],
  ],
};
