import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { findingCatalogue, FindingSeverity } from 'istio-jwt-policy-engine';

const LEVELS: Record<FindingSeverity, string> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};
const STATE_RULE = 'not-enforced';
const SEVERITY_OF = new Map<string, FindingSeverity>(
  findingCatalogue.map(({ id, severity }) => [id, severity]),
);

/** SARIF 2.1.0: a result per finding of each service, and one per service that does not require a token. */
export async function* writeSarif(
  services: AsyncIterable<CoverageService>,
): AsyncGenerator<string> {
  const driver = {
    name: 'istio-jwt',
    rules: [
      {
        id: STATE_RULE,
        shortDescription: {
          text: 'The service can be reached without a valid token, or it is not known',
        },
      },
      ...findingCatalogue.map(({ id, title, why, fix, link, severity }) => ({
        id,
        shortDescription: { text: title },
        fullDescription: { text: why },
        help: { text: fix },
        helpUri: link,
        defaultConfiguration: { level: LEVELS[severity] },
      })),
    ],
  };
  yield `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":${JSON.stringify(
    driver,
  )}},"results":[`;
  let before = '\n';
  for await (const service of services) {
    for (const result of listResults(service)) {
      yield `${before}${JSON.stringify(result)}`;
      before = ',\n';
    }
  }
  yield '\n]}]}\n';
}

function* listResults(service: CoverageService): Generator<object> {
  const { cluster, namespace, name, state, reason, owner, entityRef } = service;
  const shared = {
    locations: [
      {
        logicalLocations: [
          { fullyQualifiedName: `${cluster}/${namespace}/${name}` },
        ],
      },
    ],
    properties: { state, owner, entityRef },
  };
  if (state !== 'enforced') {
    const { exception } = service;
    const isExcepted =
      exception?.state === 'active' && exception.covers === 'service';
    yield {
      ruleId: STATE_RULE,
      level:
        state === 'unknown' || state === 'over-blocked' ? 'warning' : 'error',
      message: { text: `${state}: ${reason}` },
      partialFingerprints: { service: service.id },
      ...(isExcepted
        ? {
            suppressions: [
              {
                kind: 'external',
                status: 'accepted',
                justification: `Exception ${exception.id} until ${exception.expiresAt}`,
              },
            ],
          }
        : {}),
      ...shared,
    };
  }
  for (const id of service.findingIds) {
    yield {
      ruleId: id,
      level: LEVELS[SEVERITY_OF.get(id) ?? 'info'],
      message: { text: `${id} concerns ${namespace}/${name}` },
      partialFingerprints: { service: `${service.id}/${id}` },
      ...shared,
    };
  }
}
