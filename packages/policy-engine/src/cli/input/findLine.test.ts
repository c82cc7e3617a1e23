/** @jest-environment node */
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { findLine } from './findLine';

const TEXT = `---
# a policy
apiVersion: security.istio.io/v1
metadata:
  labels:
    app: a
    app.kubernetes.io/name: b
    app.kubernetes.io: c
  annotations:
    note: |
      spec:
        rules: none
spec:
  rules:
  - from:
    - source:
        requestPrincipals:
        - "*"
        -   b
    to:
      - operation: {methods: [GET]}

      # the last
      - operation:
          methods:
            - get
  - when:
    -   key: request.headers[x]
        values: ["a"]
  selector:
    matchLabels: {app: a}
`;
const LINES = TEXT.split('\n');

/** Every path of a document with the line where its parser sees it. */
function linesOf(text: string): Map<string, number> {
  const counter = new LineCounter();
  const found = new Map<string, number>();
  const visit = (node: unknown, path: string) => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const at = path ? `${path}.${key}` : `${key}`;
        if (!isScalar(key)) continue;
        found.set(at, counter.linePos(key.range![0]).line);
        visit(value, at);
      }
    } else if (isSeq(node)) {
      node.items.forEach((item: any, index) => {
        const at = `${path}[${index}]`;
        found.set(at, counter.linePos(item.range[0]).line);
        visit(item, at);
      });
    }
  };
  visit(parseDocument(text, { lineCounter: counter }).contents, '');
  return found;
}

describe('findLine', () => {
  const paths = [...linesOf(TEXT)];

  it.each(paths)(
    '%s stands in line %i, or a parser has to look',
    (path, line) => {
      expect([line, undefined]).toContain(findLine(LINES, path));
    },
  );

  it('needs no parser for block style', () => {
    const unknown = paths
      .filter(([path]) => findLine(LINES, path) === undefined)
      .map(([path]) => path);
    expect(unknown).toEqual([
      'spec.rules[0].to[0].operation.methods',
      'spec.rules[0].to[0].operation.methods[0]',
      'spec.rules[1].when[0].values[0]',
      'spec.selector.matchLabels.app',
    ]);
  });

  it('knows nothing of what is not there', () => {
    expect(findLine(LINES, 'spec.rules[7]')).toBeUndefined();
    expect(findLine(LINES, 'status')).toBeUndefined();
    expect(findLine(['{"spec": {"rules": []}}'], 'spec.rules')).toBeUndefined();
  });
});
