/** @jest-environment node */
import { findingCatalogue } from '../..';
import {
  BACKEND,
  createFolder,
  REQUIRE_TOKEN,
  runCli,
} from '../__testUtils__/runCli';

const folder = createFolder({
  'open/backend.yaml': BACKEND,
  'closed/backend.yaml': BACKEND,
  'closed/policy.yml': REQUIRE_TOKEN,
});
const mesh = createFolder({
  'a.yaml': `# the method is in lower case
${REQUIRE_TOKEN}    to:
    - operation:
        paths: ["/api/*"]
        methods:
        - GET
        - post
---
${BACKEND}`,
});

async function auditJson(...args: string[]) {
  const { code, stdout } = await runCli(['audit', ...args, '--output', 'json']);
  return { code, report: JSON.parse(stdout) };
}

describe('istio-jwt audit', () => {
  it('prints services, ways in and findings as JSON of a fixed form', async () => {
    const { code, report } = await auditJson(`${folder.path}/open`);
    expect(code).toBe(1);
    expect(Object.keys(report)).toEqual([
      'version',
      'services',
      'findings',
      'errors',
    ]);
    expect(report).toMatchObject({ version: 1, errors: [] });
    expect(report.services).toEqual([
      {
        namespace: 'shop',
        name: 'backend',
        state: 'validated-only',
        reason: expect.any(String),
        waysIn: [
          {
            id: expect.any(String),
            kind: 'in-mesh',
            host: 'backend.shop.svc.cluster.local',
            port: 80,
            proxy: { namespace: 'shop', name: 'backend' },
            state: 'validated-only',
            reason: expect.any(String),
          },
        ],
      },
    ]);
    expect(report.findings[0]).toEqual({
      id: 'validated-not-required',
      severity: 'error',
      resource: {
        kind: 'RequestAuthentication',
        namespace: 'shop',
        name: 'backend',
      },
      message: expect.any(String),
      fix: expect.any(String),
      path: '',
      file: `${folder.path}/open/backend.yaml`,
      line: 14,
    });
  });

  it.each([
    ['argoproj.io/v1alpha1', 'Rollout', 'template'],
    ['apps/v1', 'ReplicaSet', 'template'],
    ['v1', 'ReplicationController', 'template'],
    ['batch/v1', 'Job', 'template'],
    ['batch/v1', 'CronJob', 'jobTemplate: {spec: {template'],
  ])('reads Pods of a template: %s %s', async (version, kind, at) => {
    const own = createFolder({
      'a.yaml': `
apiVersion: v1
kind: Service
metadata: {name: batch, namespace: shop}
spec: {selector: {app: batch}, ports: [{name: http, port: 80}]}
---
apiVersion: ${version}
kind: ${kind}
metadata: {name: batch, namespace: shop}
spec: {${at}: {metadata: {labels: {app: batch, sidecar.istio.io/inject: "false"}}, spec: {containers: [{name: app}]}}}${
        at === 'template' ? '' : '}}'
      }
`,
    });
    const { report } = await auditJson(own.path);
    expect(report.errors).toEqual([]);
    expect(report.services[0].reason).toContain('batch has no sidecar');
  });

  it('exits with 0 where nothing at or above the bar was found', async () => {
    const closed = await auditJson(`${folder.path}/closed`);
    expect(closed.report.services[0].state).toBe('enforced');
    expect(closed.code).toBe(0);
    const open = await auditJson(`${folder.path}/open`, '--fail-on', 'never');
    expect(open.report.findings).not.toHaveLength(0);
    expect(open.code).toBe(0);
  });

  it('points at the line of the value that is wrong', async () => {
    const { report } = await auditJson(mesh.path);
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        id: 'method-case',
        path: expect.stringMatching(/methods/),
        file: `${mesh.path}/a.yaml`,
        line: 17,
      }),
    );
  });

  it('finds lines inside the items of a list', async () => {
    const { path } = createFolder({
      'list.json': JSON.stringify(
        {
          apiVersion: 'v1',
          kind: 'List',
          items: [
            { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
            {
              apiVersion: 'security.istio.io/v1',
              kind: 'AuthorizationPolicy',
              metadata: { name: 'p', namespace: 'shop' },
              spec: { rules: [{ to: [{ operation: { methods: ['get'] } }] }] },
            },
          ],
        },
        null,
        1,
      ),
    });
    const { report } = await auditJson(path);
    const found = report.findings.find(
      ({ id }: { id: string }) => id === 'method-case',
    );
    expect(found.line).toBeGreaterThan(20);
  });

  it('says the same as text, with the place first', async () => {
    const { stdout, code } = await runCli(['audit', `${folder.path}/open`]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `${folder.path}/open/backend.yaml:14: error: validated-not-required: RequestAuthentication shop/backend`,
    );
    expect(stdout).toContain('validated-only shop/backend: ');
    expect(stdout).toMatch(/1 service: 1 validated-only\. /);
  });

  it('writes SARIF with a rule for every kind of finding and a place for every result', async () => {
    const { stdout } = await runCli([
      ...['audit', `${folder.path}/open`, '--output', 'sarif'],
    ]);
    const log = JSON.parse(stdout);
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(
      findingCatalogue.map(({ id }) => id),
    );
    expect(run.invocations[0].executionSuccessful).toBe(true);
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(['error', 'warning', 'note']).toContain(result.level);
      expect(result.locations[0].physicalLocation).toMatchObject({
        artifactLocation: { uri: expect.stringMatching(/backend\.yaml$/) },
        region: { startLine: expect.any(Number) },
      });
    }
  });

  it('says what is not among the objects, and what hangs on it', async () => {
    const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {selector: {istio: public}, servers: [{hosts: ["*"], port: {name: a, number: 80, protocol: HTTP}}]}
`;
    const workload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: shop}
spec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: app}]}}}
`;
    const service = `apiVersion: v1
kind: Service
metadata: {name: b, namespace: shop}
spec: {selector: {app: b}, ports: [{port: 80}]}
`;
    const own = createFolder({
      'a.yaml': [gateway, workload, service].join('---\n'),
    });
    const { stderr } = await runCli(['audit', own.path]);
    expect(stderr).toContain('Namespace shop: its labels');
    expect(stderr).toContain('what Gateway shop/public selects');
    expect(stderr).toContain('what Service shop/b selects');
    // A Pod shows whether it got a sidecar.
    const whole = await runCli(['audit', `${folder.path}/open`]);
    expect(whole.stderr).toBe('');
  });

  it('takes objects that name no namespace to be of the one that is given', async () => {
    const own = createFolder({
      'a.yaml': `apiVersion: v1
kind: Service
metadata: {name: a}
spec: {ports: [{port: 80}]}
`,
    });
    const namespaceOf = async (...args: string[]) => {
      const { report } = await auditJson(own.path, ...args);
      return report.services[0].namespace;
    };
    expect(await namespaceOf()).toBe('default');
    expect(await namespaceOf('--namespace', 'shop')).toBe('shop');
  });

  it.each([
    [['audit']],
    [['audit', 'x', '--namespace', 'A/b']],
    [['audit', 'x', '--nope']],
    [['audit', 'x', '--output', 'xml']],
    [['audit', 'x', '--fail-on', 'all']],
    [['audit', 'x', '--context', 'c']],
    [['nope']],
    [['constructor']],
    [[]],
  ])('refuses %j with the usage', async args => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage:');
  });

  it.each([
    [
      ['audit', 'x', '--outptu', 'json'],
      /there is no option --outptu; did you mean --output\?\n/,
    ],
    [['aduit', 'x'], /there is no command aduit; did you mean audit\?\n/],
    [['audit', 'x', '--zzzzzz'], /there is no option --zzzzzz\n/],
  ])('says what may have been meant by %j', async (args, message) => {
    expect((await runCli(args)).stderr).toMatch(message);
  });

  it('has a usage for each command', async () => {
    const { code, stdout } = await runCli(['explain', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--token-file');
    expect(stdout).not.toContain('--fail-on');
  });

  it('prints its usage and version', async () => {
    expect(await runCli(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('istio-jwt audit PATH'),
    });
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});
