import { CoverageService } from 'backstage-plugin-istio-jwt-common';

/** One array, a service per line. */
export async function* writeJson(
  services: AsyncIterable<CoverageService>,
): AsyncGenerator<string> {
  let before = '[';
  for await (const service of services) {
    yield `${before}\n${JSON.stringify(service)}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}
