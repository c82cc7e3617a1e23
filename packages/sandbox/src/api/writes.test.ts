import { ApiException, CustomObjectsApi } from '@kubernetes/client-node';
import {
  ApiTestServer,
  POLICIES,
  POLICY_COLLECTION,
} from '../__testUtils__/ApiTestServer';
import { policy } from '../__testUtils__/objects';

describe('writing', () => {
  let server: ApiTestServer;

  beforeAll(async () => {
    server = await ApiTestServer.start();
  });
  afterAll(() => server.sandbox.stop());
  beforeEach(() => server.sandbox.reset());

  const policies = () => server.config.makeApiClient(CustomObjectsApi);

  it('answers in the words of the real API server', async () => {
    await server.create('taken');
    const messages = [
      await server.create('taken'),
      await server.send('GET', `${POLICIES}/gone`),
      await server.send('POST', `${POLICIES}/taken`),
      await server.send('POST', POLICIES.replace('shop', 'nowhere'), {
        ...policy('nowhere', 'x'),
      }),
      await server.send('POST', POLICIES, policy('other', 'x')),
      await server.send('PUT', `${POLICIES}/taken`, policy('shop', 'another')),
      await server.send('GET', '/api/v1/gadgets'),
      await server.send(
        'PATCH',
        `${POLICIES}/taken`,
        {},
        'application/strategic-merge-patch+json',
      ),
    ].map(({ body }) => [body.code, body.reason, body.message]);
    expect(messages).toEqual([
      [
        409,
        'AlreadyExists',
        'authorizationpolicies.security.istio.io "taken" already exists',
      ],
      [
        404,
        'NotFound',
        'authorizationpolicies.security.istio.io "gone" not found',
      ],
      [
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      ],
      [404, 'NotFound', 'namespaces "nowhere" not found'],
      [
        400,
        'BadRequest',
        'the namespace of the provided object does not match the namespace sent on the request',
      ],
      [
        400,
        'BadRequest',
        'the name of the object (another) does not match the name on the URL (taken)',
      ],
      [404, 'NotFound', 'the server could not find the requested resource'],
      [
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      ],
    ]);
  });

  it('refuses an update from an old resourceVersion', async () => {
    const { body: stale } = await server.create('raced');
    await server.send('PUT', `${POLICIES}/raced`, {
      ...stale,
      spec: { action: 'DENY' },
    });
    const error = await policies()
      .replaceNamespacedCustomObject({
        ...POLICY_COLLECTION,
        name: 'raced',
        body: { ...stale, spec: { action: 'AUDIT' } },
      })
      .catch(caught => caught);
    expect(error).toBeInstanceOf(ApiException);
    expect(error.code).toBe(409);
    expect(JSON.parse(error.body)).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on authorizationpolicies.security.istio.io "raced": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('counts a generation per change of the spec, and no revision for none', async () => {
    const { body: created } = await server.create('counted', {
      action: 'DENY',
    });
    const { body: same } = await server.send(
      'PUT',
      `${POLICIES}/counted`,
      created,
    );
    expect(same.metadata.resourceVersion).toBe(
      created.metadata.resourceVersion,
    );
    const { body: changed } = await server.send(
      'PATCH',
      `${POLICIES}/counted`,
      [{ op: 'replace', path: '/spec/action', value: 'ALLOW' }],
      'application/json-patch+json',
    );
    expect(changed.metadata.generation).toBe(2);
    const { status } = await server.send(
      'PATCH',
      `${POLICIES}/counted`,
      [{ op: 'test', path: '/spec/action', value: 'DENY' }],
      'application/json-patch+json',
    );
    expect(status).toBe(422);
  });

  it.each([
    [
      'an unknown action',
      policy('shop', 'bad', { action: 'PERMIT' }),
      [
        {
          reason: 'FieldValueNotSupported',
          message:
            'Unsupported value: "PERMIT": supported values: "ALLOW", "DENY", "AUDIT", "CUSTOM"',
          field: 'spec.action',
        },
      ],
    ],
    [
      'selector and targetRefs',
      policy('shop', 'bad', {
        selector: { matchLabels: { app: 'a' } },
        targetRefs: [{ kind: 'Gateway', name: 'g' }],
      }),
      [
        {
          reason: 'FieldValueInvalid',
          message:
            'Invalid value: "object": only one of targetRefs or selector can be set',
          field: 'spec',
        },
      ],
    ],
    [
      'rules of the wrong shape',
      policy('shop', 'bad', { rules: { from: [] } }),
      [
        {
          reason: 'FieldValueTypeInvalid',
          message:
            'Invalid value: "object": spec.rules in body must be of type array: "object"',
          field: 'spec.rules',
        },
      ],
    ],
    [
      'a bad name',
      policy('shop', 'Bad_Name', {}),
      [
        {
          reason: 'FieldValueInvalid',
          message: expect.stringContaining(
            'a lowercase RFC 1123 subdomain must consist of',
          ),
          field: 'metadata.name',
        },
      ],
    ],
  ])('refuses %s with its cause', async (_, object, causes) => {
    const { status, body } = await server.send('POST', POLICIES, object);
    expect(status).toBe(422);
    expect(body.reason).toBe('Invalid');
    expect(body.details).toMatchObject({
      group: 'security.istio.io',
      kind: 'AuthorizationPolicy',
      causes,
    });
  });

  it('refuses jwtRules that the CRD refuses', async () => {
    const { body } = await server.send(
      'POST',
      POLICIES.replace('authorizationpolicies', 'requestauthentications'),
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'RequestAuthentication',
        metadata: { name: 'bad' },
        spec: {
          jwtRules: [
            { issuer: '', jwksUri: 'no-url' },
            { issuer: 'a', jwks: '{}', jwksUri: 'https://a' },
          ],
        },
      },
    );
    expect(
      body.details.causes.map(({ field }: { field: string }) => field),
    ).toEqual([
      'spec.jwtRules[0].issuer',
      'spec.jwtRules[0].jwksUri',
      'spec.jwtRules[1]',
    ]);
  });

  it('warns of unknown fields, and refuses them when asked to be strict', async () => {
    const object = policy('shop', 'odd', { actoin: 'DENY' });
    const warned = await server.send('POST', POLICIES, object);
    expect(warned.headers.get('warning')).toBe(
      '299 - "unknown field \\"spec.actoin\\""',
    );
    const strict = await server.send(
      'POST',
      `${POLICIES}?fieldValidation=Strict`,
      policy('shop', 'odd2', { actoin: 'DENY' }),
    );
    expect(strict.body.message).toContain(
      'strict decoding error: unknown field "spec.actoin"',
    );
  });

  it('refuses bodies over the limit and bodies that are no JSON', async () => {
    const big = policy('shop', 'big', { text: 'x'.repeat(3 * 1024 * 1024) });
    expect((await server.send('POST', POLICIES, big)).body.reason).toBe(
      'RequestEntityTooLarge',
    );
    expect((await server.send('POST', POLICIES, '{')).body.reason).toBe(
      'BadRequest',
    );
  });

  it('changes nothing on a dry run', async () => {
    const before = await server.send('GET', POLICIES);
    const created = await server.send(
      'POST',
      `${POLICIES}?dryRun=All`,
      policy('shop', 'dry'),
    );
    expect(created.status).toBe(201);
    const refused = await server.send(
      'POST',
      `${POLICIES}?dryRun=All`,
      policy('shop', 'dry', { action: 'PERMIT' }),
    );
    expect(refused.status).toBe(422);
    const after = await server.send('GET', POLICIES);
    expect(after.body).toEqual(before.body);
    const unknown = await server.send('POST', `${POLICIES}?dryRun=Some`, {});
    expect(unknown.status).toBe(422);
  });

  it.each([
    ['in the query', '?dryRun=All', undefined, true],
    ['in the body', '', { dryRun: ['All'] }, true],
    // The API server reads one of the two.
    ['in the query, with a body', '?dryRun=All', { preconditions: {} }, false],
  ])('a dry run of a deletion %s', async (_, query, body, isKept) => {
    await server.create('kept');
    const path = `${POLICIES}/kept`;
    expect((await server.send('DELETE', `${path}${query}`, body)).status).toBe(
      200,
    );
    expect((await server.send('GET', path)).status).toBe(isKept ? 200 : 404);
  });

  it('deletes only what the preconditions name, and a namespace with its content', async () => {
    await server.create('kept');
    const wrong = await server.send('DELETE', `${POLICIES}/kept`, {
      preconditions: { uid: 'another' },
    });
    expect(wrong.status).toBe(409);
    const gone = await server.send('DELETE', '/api/v1/namespaces/shop');
    expect(gone.body).toMatchObject({ kind: 'Status', status: 'Success' });
    expect((await server.send('GET', POLICIES)).body.items).toEqual([]);
  });
});
