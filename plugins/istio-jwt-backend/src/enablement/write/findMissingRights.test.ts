import {
  ApiExchange,
  ApiExchangeAnswer,
} from '../../cluster/ClusterConnection';
import { findMissingRights } from './findMissingRights';

type Attributes = Record<'verb' | 'resource' | 'namespace' | 'group', string>;

/** An API server that answers reviews. */
function serve(
  answer: (attributes: Attributes) => ApiExchangeAnswer | boolean,
) {
  return {
    exchange: async ({ path, body }: ApiExchange) => {
      expect(path).toBe(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      );
      const { spec } = body!.content as {
        spec: { resourceAttributes: Attributes };
      };
      const said = answer(spec.resourceAttributes);
      return typeof said === 'boolean'
        ? {
            ok: true as const,
            status: 201,
            content: { status: { allowed: said } },
          }
        : said;
    },
  };
}

const PLACES = [
  {
    group: 'security.istio.io',
    resource: 'requestauthentications',
    namespace: 'edge',
  },
  {
    group: 'security.istio.io',
    resource: 'authorizationpolicies',
    namespace: 'edge',
  },
  {
    group: 'security.istio.io',
    resource: 'authorizationpolicies',
    namespace: 'edge',
  },
];
const never = new AbortController().signal;

describe('findMissingRights', () => {
  it('names the verbs that are not allowed, by kind and namespace', async () => {
    const api = serve(
      ({ verb, resource, group }) =>
        group === 'security.istio.io' &&
        (resource === 'requestauthentications'
          ? verb === 'get'
          : verb !== 'delete'),
    );
    expect(await findMissingRights(api, PLACES, never)).toEqual([
      'create, patch, delete requestauthentications.security.istio.io in edge',
      'delete authorizationpolicies.security.istio.io in edge',
    ]);
  });

  it('names nothing where all is allowed, or nobody can tell', async () => {
    const answers: (ApiExchangeAnswer | boolean)[] = [
      true,
      { ok: true, status: 404, content: undefined },
      { ok: true, status: 201, content: 'no review' },
      { ok: false, failure: { kind: 'timeout', message: 'Too late' } },
    ];
    for (const answer of answers) {
      expect(
        await findMissingRights(
          serve(() => answer),
          PLACES,
          never,
        ),
      ).toEqual([]);
    }
  });
});
