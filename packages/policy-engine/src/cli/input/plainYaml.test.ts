import fc from 'fast-check';
// eslint-disable-next-line @backstage/no-undeclared-imports -- bundled into dist/cli.cjs
import { load } from 'js-yaml';
import { parse, stringify } from 'yaml';
import { YAML_OPTIONS } from '../../parse/yamlAsKubectl';
import { SCHEMA } from './parseDocument';
import { readPlainYaml } from './plainYaml';

const WORDS = [
  ...['svc-1', 'a b', 'http://x:8080/a?b=c#d', '*', '"*.example.com"'],
  ...['"a\\nb"', '"a" b', "'it''s'", "'x: # y'", '""', "''", '"', 'a"b', "a'"],
  ...['80', '0', '007', '-1', '1.5', '1e3', '0x1f', '0o7', '0b1', '1_000'],
  ...['9007199254740993', '999999999999999', '1:20', '10.0.0.0/8', '100Mi'],
  ...['2024-01-01', '1.2.3', '.5', '.inf', '.nan', '+1', '12e', '1e5g'],
  ...['null', 'Null', 'nUll', 'true', 'True', 'FALSE', 'yes', 'on', '~'],
  ...['y', 'N', 'Off', 'NO', 'yEs', 'nope'],
  ...['[]', '{}', '[a]', '{a: b}', '[', '|', '>-', '&x y', '*x', '!t x'],
  ...['a # b', 'a #', '# b', 'a: b', 'a:b', 'a:', 'a: ', ':', '-', '- a'],
  ...['?', '? a', '@a', '%a', '/healthz', '/a: b', 'ä', '\t', 'a\tb', '<<'],
];
const KEYS = [
  ...[
    'a',
    'b',
    'spec',
    'x.y/z-1',
    'true',
    'Null',
    'null',
    'on',
    'n',
    '1',
    '"q"',
    'a b',
  ],
  ...['constructor', '__proto__', '<<', '?', '-', 'a:b', 'ü', '&x', '.a', '/'],
];

/** Mostly what is plain, so that whole texts are; and of what is not, enough. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });

const word = mostly(
  fc.constantFrom('svc-1', '80', 'a:b/c', '"x"', "'y z'", '[]', 'true', '/p'),
  fc.constantFrom(...WORDS),
);
const key = mostly(
  fc.integer({ min: 0, max: 25 }).map(n => String.fromCharCode(97 + n)),
  fc.constantFrom(...KEYS),
);
const spaces = mostly(
  fc.constantFrom('', '', '', '  ', '  ', '    '),
  fc.constantFrom(' ', '   ', '      '),
);
const pad = mostly(fc.constant(''), fc.constantFrom(' ', '  '));
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(spaces, key, pad, word)
      .map(([s, k, p, w]) => `${s}${k}: ${p}${w}`),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(spaces, key, pad).map(([s, k, p]) => `${s}${k}:${p}`),
  },
  fc.tuple(spaces, pad, word).map(([s, p, w]) => `${s}- ${p}${w}`),
  fc
    .tuple(spaces, pad, key, word)
    .map(([s, p, k, w]) => `${s}- ${p}${k}: ${w}`),
  fc.tuple(spaces, key).map(([s, k]) => `${s}- ${k}:`),
  mostly(
    fc.constantFrom('', '  ', '# x', '   # x'),
    mostly(
      fc.constantFrom('-', '---', '...', '%YAML 1.2'),
      fc.tuple(spaces, word).map(([s, w]) => `${s}${w}`),
    ),
  ),
);
const text = fc
  .tuple(
    fc.array(line, { maxLength: 7 }),
    fc.constantFrom('', '---\n', '\n', '# c\n'),
    fc.constantFrom('', '\n'),
  )
  .map(([lines, head, tail]) => `${head}${lines.join('\n')}${tail}`);

const scalar = fc.oneof(
  word.filter(item => !/[\t]/.test(item)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ maxLength: 8 }),
);
const document = fc.dictionary(
  key,
  fc.letrec(tie => ({
    node: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      scalar,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  })).node,
  { minKeys: 1, maxKeys: 4 },
);

/** How many texts are read, so that a reader that refuses everything would be seen. */
let taken = 0;

function isReadLikeOthers(source: string): void {
  const found = readPlainYaml(source);
  if (!found) return;
  taken += 1;
  expect(found.value).toEqual(load(source, { schema: SCHEMA }));
  expect(found.value).toEqual(
    parse(source, { ...YAML_OPTIONS, uniqueKeys: true, merge: true }),
  );
}

beforeEach(() => {
  taken = 0;
});

it('reads lines as js-yaml and yaml do, or not at all', () => {
  fc.assert(fc.property(text, isReadLikeOthers), { numRuns: 20_000 });
  expect(taken).toBeGreaterThan(1000);
});

it('reads what yaml writes as js-yaml and yaml do, or not at all', () => {
  fc.assert(
    fc.property(document, fc.boolean(), (value, indentSeq) =>
      isReadLikeOthers(stringify(value, { indentSeq })),
    ),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(300);
});

it('says on which line the content begins', () => {
  expect(readPlainYaml('---\n# a\n\nkind: Pod\n')).toEqual({
    value: { kind: 'Pod' },
    line: 4,
  });
  expect(readPlainYaml('kind: Pod')?.line).toBe(1);
});

it('leaves what has no content, is no object, or is too deep', () => {
  const deep = Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`);
  const texts = ['', '---\n', '# a', 'word', '- a', deep.join('\n')];
  expect(texts.filter(item => readPlainYaml(item))).toEqual([]);
});
