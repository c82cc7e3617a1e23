/** @jest-environment node */
import { createFolder, runCli } from '../__testUtils__/runCli';

const policy = (name: string, method = 'get') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec: {rules: [{to: [{operation: {methods: [${method}]}}]}]}
`;

async function auditText(files: Record<string, string>) {
  const { path } = createFolder(files);
  return (await runCli(['audit', path, '--fail-on', 'never'])).stdout;
}

describe('the report for a person', () => {
  it('lets no text of files steer a terminal or a log', async () => {
    const stdout = await auditText({
      'x\n::error::y\u001b[31m.yaml': 'kind: [',
      'a.yaml': `
apiVersion: v1
kind: Service
metadata: {name: "a\\n::error file=x::b", namespace: "n\\e[2J\\u202e"}
spec: {ports: [{port: 80}]}
`,
    });
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(stdout).not.toMatch(/^::/m);
    expect(stdout).toContain('x\ufffd::error::y\ufffd[31m.yaml:1: syntax: ');
  });

  it('says what is alike once, and lists ten', async () => {
    const names = Array.from({ length: 14 }, (_, i) => `p${i + 10}`);
    const stdout = await auditText({
      'a.yaml': names.map(name => policy(name)).join('---'),
    });
    expect(stdout.match(/^\S+: error: method-case: /gm)).toHaveLength(10);
    expect(stdout.match(/^ {2}AuthorizationPolicy /gm)).toHaveLength(1);
    expect(stdout.match(/^ {2}Fix: /gm)).toHaveLength(1);
    expect(stdout).toContain('  … and 4 more, which --output json lists.');
    expect(stdout).toContain('14 findings: 14 error.');
  });

  it('says all of what differs', async () => {
    const stdout = await auditText({
      'a.yaml': `${policy('a')}---${policy('b', 'post')}`,
    });
    expect(stdout).toContain('shop/a names method "get"');
    expect(stdout).toContain('shop/b names method "post"');
  });
});
