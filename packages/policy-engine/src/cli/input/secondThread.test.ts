/** @jest-environment node */
import { bundleCli, run } from '../__testUtils__/bundleCli';
import { BACKEND, createFolder, runCli } from '../__testUtils__/runCli';
import { readPlainFile } from './plainFile';

const policy = (name: string, rest: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: default}
${rest}
`;
const ODD: Record<string, string | Buffer> = {
  broken: 'a: [1,\nb: 2',
  'half-broken': `${policy('fine', 'spec: {action: DENY}')}---\n: : :\n`,
  anchors: policy(
    'anchors',
    'x: &x {methods: [delete]}\nspec: {action: DENY, rules: [{to: [{operation: *x}]}]}',
  ),
  'not-a-number': policy('nan', 'spec: {rules: .nan, action: DENY}'),
  infinite: policy('inf', 'spec: {rules: 1e999}'),
  negative: policy(
    'zero',
    'spec: {rules: [{to: [{operation: {ports: [-0]}}]}]}',
  ),
  proto: policy('proto', 'spec: {__proto__: {action: DENY}, rules: 7}'),
  empty: '',
  comments: '# nothing\n---\n# here\n',
  null: '---\nnull\n',
  windows: policy('windows', 'spec: {action: nothing}').replaceAll(
    '\n',
    '\r\n',
  ),
  marked: `\ufeff${policy('marked', 'spec: {action: nothing}')}`,
  latin: Buffer.from([0x61, 0x3a, 0x20, 0xe9]),
  list: `kind: List\napiVersion: v1\nitems:\n- {kind: Service, apiVersion: v1, metadata: {name: odd}, spec: {ports: 1}}\n`,
  scalar: 'just text',
};

it('leaves to the main thread what JSON would change, and nothing else', () => {
  const { add } = createFolder();
  const isPlain = (text: string) =>
    readPlainFile(add('file.yaml', text)) !== undefined;
  const plain = [
    'name: svc-1-0',
    'a: 1e10',
    'image: x@sha256:ab1e999',
    BACKEND,
  ];
  const other = ['a: -0', 'a: [-0.0]', '- .nan', 'a: -.Inf', 'a: 1.5e400'];
  expect(plain.filter(isPlain)).toEqual(plain);
  expect(
    [...other, 'a: *b', 'a: [', `a: ${'9'.repeat(400)}`].filter(isPlain),
  ).toEqual([]);
});

it('with a second thread reads what one thread reads', async () => {
  const { path, add } = createFolder();
  const odd = Object.entries(ODD);
  for (let i = 0; i < 1200; i++) {
    const text = BACKEND.replace(
      /name: backend/g,
      `name: backend-${i % 700}`,
    ).replace('port: 80', `port: ${i < 700 ? 80 : 81}`);
    add(`f${String(i).padStart(4, '0')}.yaml`, text);
    if (i % 20 > 0) continue;
    const [name, content] = odd[(i / 20) % odd.length];
    add(`f${String(i).padStart(4, '0')}-${name}.yaml`, content);
    add(`f${String(i).padStart(4, '0')}.json`, i % 40 ? '{"a": 1' : '{}');
  }
  const args = ['audit', path, '--output', 'json'];
  const alone = await runCli(args);
  const cli = await bundleCli();
  const together = await run(process.execPath, [cli, ...args], {
    maxBuffer: 1e8,
  }).catch(error => error);
  expect(together.code).toBe(alone.code);
  expect(JSON.parse(together.stdout)).toEqual(JSON.parse(alone.stdout));
  const { errors } = JSON.parse(alone.stdout);
  const kinds = errors.map(({ kind }: { kind: string }) => kind);
  expect(kinds).toEqual(
    expect.arrayContaining(['duplicate', 'refused', 'syntax', 'unreadable']),
  );
});
