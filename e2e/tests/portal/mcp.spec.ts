import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, test } from '@playwright/test';
import { networkInterfaces } from 'node:os';
import { resetSandbox } from './portal.ts';
import { tokenOf } from './staticTokens.ts';

const PORTAL = 'http://localhost:3000';
const entityRef = 'component:default/reviews';

test.beforeAll(resetSandbox);
test.afterAll(resetSandbox);

async function signIn(): Promise<string> {
  const response = await fetch(`${PORTAL}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  const { backstageIdentity } = await response.json();
  return backstageIdentity.token;
}

async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'istio-jwt-test', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${PORTAL}/api/mcp-actions/v1`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return client;
}

/** A client of the Model Context Protocol, as somebody who is signed in, without a browser. */
test('reviews is made to require a token, and set free again, by MCP', async () => {
  test.setTimeout(150_000);
  const client = await connect(await signIn());
  const { tools } = await client.listTools();
  const find = (name: string) =>
    tools.find(tool => tool.name === `istio-jwt.${name}`)!;
  expect(tools.map(({ name }) => name).sort()).toEqual(
    ['change', 'disable', 'enable', 'operation', 'plan', 'status'].map(
      name => `istio-jwt.${name}`,
    ),
  );
  expect(find('status').annotations).toMatchObject({ readOnlyHint: true });
  expect(find('enable').annotations).toMatchObject({
    readOnlyHint: false,
    destructiveHint: true,
  });

  const call = async (name: string, input: object): Promise<any> => {
    const result: any = await client.callTool({
      name: `istio-jwt.${name}`,
      arguments: { ...input },
    });
    expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
    return result.structuredContent;
  };
  const stateOf = async (host: string) => {
    const { services } = await call('status', { entityRef });
    return services[0].waysIn.find((wayIn: any) => wayIn.host === host).state;
  };
  const follow = async (operationId: string) => {
    await expect
      .poll(
        async () => (await call('operation', { entityRef, operationId })).phase,
        { timeout: 60_000, intervals: [1000] },
      )
      .toBe('done');
  };

  await expect
    .poll(() => stateOf('reviews.example.com'), { timeout: 30_000 })
    .toBe('validated-only');
  const plan = await call('plan', { entityRef, issuer: 'login' });
  expect(plan.kind).toBe('planned');
  const refused: any = await client.callTool({
    name: 'istio-jwt.disable',
    arguments: { entityRef, planId: plan.planId },
  });
  expect(refused.isError).toBe(true);
  expect(JSON.stringify(refused.content)).toContain('of intent enable');

  const begun = await call('enable', { entityRef, planId: plan.planId });
  await follow(begun.operationId);
  expect(await stateOf('reviews.example.com')).toBe('enforced');

  const back = await call('plan', { entityRef, intent: 'disable' });
  await follow(
    (
      await call('disable', { entityRef, planId: back.planId })
    ).operationId,
  );
  expect(await stateOf('reviews.example.com')).toBe('validated-only');
  await client.close();
});

test('nobody comes in without a token, and nothing from beyond loopback', async () => {
  await expect(connect('no-token')).rejects.toThrow(/401|nauthorized/);
  const addresses = Object.values(networkInterfaces())
    .flatMap(each => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of addresses) {
    await expect(
      fetch(`http://${address}:3000/api/mcp-actions/v1`),
    ).rejects.toThrow('fetch failed');
  }
});

test('a static token looks and starts nothing, and cannot be restricted to some permissions', async () => {
  const some = await connect(tokenOf('mcp-some'));
  expect((await some.listTools()).tools).toEqual([]);
  await some.close();

  const whole = await connect(tokenOf('mcp-whole'));
  const call = (name: string, input: object): Promise<any> =>
    whole.callTool({
      name: `istio-jwt.${name}`,
      arguments: { entityRef, ...input },
    });
  const { structuredContent } = await call('plan', { issuer: 'login' });
  expect(structuredContent.kind).toBe('planned');
  const refused = await call('enable', { planId: structuredContent.planId });
  expect(refused.isError).toBe(true);
  expect(JSON.stringify(refused.content)).toContain('Only people start plans');
  await whole.close();
});

test('a static token for the HTTP API has what it is restricted to', async () => {
  const ask = (path: string, body?: object) =>
    fetch(
      `${PORTAL}/api/istio-jwt/v1/entities/component/default/reviews/${path}`,
      {
        method: body ? 'POST' : 'GET',
        headers: {
          authorization: `Bearer ${tokenOf('api-reader')}`,
          'content-type': 'application/json',
        },
        body: body && JSON.stringify(body),
      },
    );
  expect((await ask('status')).status).toBe(200);
  const refused = await ask('enablement-plans', {
    intent: 'disable',
    enablementId: 'a1a8ad1d-6a1c-4f7f-9d4f-1f7f5d3f2b11',
  });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('istio-jwt.enablement.create');
});
