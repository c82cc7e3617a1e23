import { Fixture, backendService } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `not-http`. */
export const notHttp: Fixture = {
  bad: [
    [BACKEND_JWT, backendService('{name: tcp, port: 80, targetPort: 8080}')],
  ],
  good: [
    [BACKEND_JWT],
    [backendService('{name: tcp, port: 80, targetPort: 8080}')],
  ],
};
