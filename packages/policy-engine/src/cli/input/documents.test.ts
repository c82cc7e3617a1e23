/** @jest-environment node */
import { BACKEND, createFolder, runCli } from '../__testUtils__/runCli';

interface Reported {
  kind: string;
  line: number;
  message: string;
}

async function auditFile(name: string, content: string) {
  const { path } = createFolder({ [name]: content });
  const { stdout } = await runCli(['audit', path, '--output', 'json']);
  const { errors, services } = JSON.parse(stdout);
  return { errors, services } as {
    errors: Reported[];
    services: { name: string }[];
  };
}

const policy = (name: string, action: string) =>
  `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec:
  action: ${action}
  rules: [{}]
`;

/** Of every error: its line. */
async function linesOf(content: string, name = 'a.yaml') {
  const { errors } = await auditFile(name, content);
  return errors.map(({ line }) => line);
}

describe('documents of a file', () => {
  it.each([
    [
      'ends',
      `${policy('a', 'ALLOW')}...\n---\n${policy('b', 'PERMIT')}...\n`,
      13,
    ],
    ['bare ends', `${policy('a', 'ALLOW')}...\n${policy('b', 'PERMIT')}`, 12],
    ['directives', `%YAML 1.2\n# c\n---\n${policy('a', 'PERMIT')}`, 8],
    [
      'directives in between',
      `${policy('a', 'ALLOW')}...\n%YAML 1.2\n---\n${policy('b', 'PERMIT')}`,
      14,
    ],
  ])('have the right lines with %s', async (_, content, line) => {
    expect(await linesOf(content)).toEqual([line]);
  });

  it('have the right lines inside lists', async () => {
    const items = ['ALLOW', 'PERMIT'].map(action =>
      policy(action.toLowerCase(), action).trim().replaceAll('\n', '\n  '),
    );
    const list = `apiVersion: v1
kind: List
items:
- ${items.join('\n- ')}
- metadata: {name: x}
- apiVersion: v1
  kind: Service
  metadata: {namespace: shop}
`;
    expect(await linesOf(list)).toEqual([14, 16, 19]);
  });

  it('are read on behind a list of an odd kind', async () => {
    const list = 'kind: {toString: x}\nitems: []\n';
    expect(await linesOf(`${list}---\n${policy('a', 'PERMIT')}`)).toEqual([8]);
  });

  it('with thousands of keys take no minutes, and may have an anchor', async () => {
    const keys = Array.from({ length: 40_000 }, (_, i) => `key${i}: v`);
    const big = (more: string) =>
      `apiVersion: v1\nkind: Namespace\nmetadata: &m\n  name: big\n  annotations: {${[
        ...keys,
        more,
      ].join(', ')}}\n`;
    expect(await linesOf(big('last: v'))).toEqual([]);
    const { errors } = await auditFile('a.yaml', big('key0: v'));
    expect(errors).toEqual([
      expect.objectContaining({ line: 5, message: 'Map keys must be unique' }),
    ]);
  }, 60_000);

  it.each([
    [
      'anchors',
      'metadata: &x {name: a}\nkind: Service\napiVersion: v1\nkind: Pod\n',
      4,
    ],
    ['nothing unusual', 'kind: Service\nkind: Pod\n', 2],
  ])(
    'are refused for a key that is there twice, with %s',
    async (_, text, line) => {
      const { errors } = await auditFile('a.yaml', text);
      expect(errors).toEqual([
        expect.objectContaining({
          kind: 'syntax',
          line,
          message: 'Map keys must be unique',
        }),
      ]);
    },
  );

  it.each(['spec: {{ .Values.spec }}', 'spec:\n  x: {{ .Release.Name }}'])(
    'that are templates are no objects: %s',
    async line => {
      const { errors } = await auditFile(
        'a.yaml',
        `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a}\n${line}\n`,
      );
      expect(errors).toEqual([
        expect.objectContaining({
          kind: 'syntax',
          line: line.split('\n').length + 3,
          message: expect.stringContaining('helm template'),
        }),
      ]);
    },
  );

  it.each([
    ['plainly', ''],
    ['with an anchor', '# &x\nx: &x {}\n'],
    ['in flow style', 'z: {a: [b]}\n'],
  ])('written %s have the booleans that kubectl reads', async (_, more) => {
    const { errors } = await auditFile(
      'a.yaml',
      `${more}apiVersion: v1
kind: Service
metadata:
  name: a
  namespace: shop
  labels:
    a: on
    b: n
    c: "yes"
    d: onwards
`,
    );
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/metadata\.labels\.a: must be a string: quote it/),
      expect.stringMatching(/metadata\.labels\.b: must be a string: quote it/),
    ]);
  });
});

describe('the input', () => {
  const audit = (command: string, text: string) =>
    runCli(
      [command, '-', '--output', 'json'].slice(0, command === 'audit' ? 4 : 2),
      [text],
    );

  it.each([
    ['YAML', `${policy('a', 'ALLOW')}---\n${policy('b', 'PERMIT')}`, 12],
    ['JSON', `\n{"kind": "Service", "apiVersion": "v1",\n "metadata": {}}`, 3],
  ])('is audited for -, as %s', async (_, text, line) => {
    const { stdout, code } = await audit('audit', text);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).errors).toEqual([
      expect.objectContaining({ file: '-', line }),
    ]);
  });

  it('is an error without anything that Istio reads, and for requests', async () => {
    expect((await audit('audit', '')).code).toBe(2);
    expect((await audit('decide', '')).stderr).toContain('only audit reads');
  });
});

describe('JSON files', () => {
  const service = (name: string, more = '') =>
    `{"apiVersion": "v1", "kind": "Service",\n "metadata": {"name": "${name}", "namespace": "shop"}${more}}`;

  it('may hold several values', async () => {
    const { errors, services } = await auditFile(
      'a.json',
      `${service('a')}\n\n${service('b', ',\n "spec": {"ports": [{}]}')}\n`,
    );
    expect(services.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(errors.map(({ line }) => line)).toEqual([6]);
  });

  it('may be YAML under a wrong name', async () => {
    const { services, errors } = await auditFile('a.json', BACKEND);
    expect(errors).toEqual([]);
    expect(services).toHaveLength(1);
  });

  it.each([
    [service('a', ',\n "spec": {"ports": [{"port": 1,\n "port": 2}]}'), 4],
    [service('a', ',\n "spec": {"x": {"a}": 1, "\\u0061}": 2}}'), 3],
  ])('are refused for a key that is there twice: %s', async (text, line) => {
    const { errors } = await auditFile('a.json', text);
    expect(errors).toEqual([
      expect.objectContaining({
        kind: 'syntax',
        line,
        message: 'Map keys must be unique',
      }),
    ]);
  });

  it('may have the same key in several objects', async () => {
    const text = service(
      'a',
      ',\n "spec": {"ports": [{"port": 1, "name": "a"}, {"port": 2, "name": "b"}]}',
    );
    expect((await auditFile('a.json', text)).errors).toEqual([]);
  });
});
