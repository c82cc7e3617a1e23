import { readAnnotations } from './readAnnotations';
import { matchLabels, parseLabelSelector } from './parseLabelSelector';

const entity = (annotations?: Record<string, string>) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'a', annotations },
});

describe('readAnnotations', () => {
  it('says which annotations to add', () => {
    expect(readAnnotations(entity())).toMatchObject({
      ok: false,
      problem: {
        code: 'no-annotations',
        fix: expect.stringContaining('backstage.io/kubernetes-label-selector'),
      },
    });
  });

  it('lets the label selector win', () => {
    expect(
      readAnnotations(
        entity({
          'backstage.io/kubernetes-id': 'id',
          'backstage.io/kubernetes-label-selector': 'app=shop',
          'backstage.io/kubernetes-namespace': 'ns',
          'istio-jwt/hosts': 'A.example.com, *.b.example.com',
          'istio-jwt/probe-paths': '/x,/y?z=1',
        }),
      ),
    ).toEqual({
      ok: true,
      target: {
        selector: [{ key: 'app', operator: 'in', values: ['shop'] }],
        selectorText: 'app=shop',
        namespace: 'ns',
        cluster: undefined,
        owners: [],
        hosts: ['a.example.com', '*.b.example.com'],
        probePaths: ['/x', '/y?z=1'],
      },
    });
  });

  it('reads an id as the label of that name', () => {
    const result = readAnnotations(
      entity({ 'backstage.io/kubernetes-id': 'shop' }),
    );
    expect(result.ok && result.target.selectorText).toBe(
      'backstage.io/kubernetes-id=shop',
    );
  });

  it.each([
    ['backstage.io/kubernetes-label-selector', 'app in shop'],
    ['backstage.io/kubernetes-label-selector', 'app='.concat('x'.repeat(64))],
    ['backstage.io/kubernetes-id', 'a b'],
    ['istio-jwt/hosts', 'https://a.example.com'],
    ['istio-jwt/hosts', 'a\r\nX: y'],
    ['istio-jwt/probe-paths', 'no-slash'],
    ['istio-jwt/probe-paths', '/a b'],
    ['istio-jwt/probe-paths', '/a\r\nX: y'],
    ['istio-jwt/probe-paths', '/#fragment'],
  ])('names %s when it cannot be read: %j', (annotation, value) => {
    expect(
      readAnnotations(
        entity({
          ...(annotation.startsWith('istio')
            ? { 'backstage.io/kubernetes-id': 'shop' }
            : {}),
          [annotation]: value,
        }),
      ),
    ).toMatchObject({
      ok: false,
      problem: {
        code: 'invalid-annotation',
        message: expect.stringContaining(annotation),
      },
    });
  });
});

describe('lengths of annotations', () => {
  it.each([
    ['backstage.io/kubernetes-label-selector', 2000],
    ['backstage.io/kubernetes-id', 253],
    ['backstage.io/kubernetes-namespace', 253],
    ['backstage.io/kubernetes-cluster', 253],
    ['istio-jwt/hosts', 6000],
    ['istio-jwt/probe-paths', 22_000],
  ])(
    'refuses %s beyond %d characters before it is read',
    (annotation, limit) => {
      expect(
        readAnnotations(
          entity({
            'backstage.io/kubernetes-id': 'shop',
            [annotation]: ','.repeat(limit + 1),
          }),
        ),
      ).toEqual({
        ok: false,
        problem: {
          code: 'invalid-annotation',
          message: expect.stringContaining(annotation),
          fix: `Write at most ${limit} characters.`,
        },
      });
    },
  );

  it('reads as much as is allowed', () => {
    const paths = Array.from({ length: 20 }, () => `/${'p'.repeat(1023)}`);
    const hosts = Array.from({ length: 20 }, () => `*.${'h'.repeat(251)}`);
    expect(
      readAnnotations(
        entity({
          'backstage.io/kubernetes-label-selector': `app in (${'a,'.repeat(
            900,
          )}b)`,
          'istio-jwt/hosts': hosts.join(', '),
          'istio-jwt/probe-paths': paths.join(', '),
        }),
      ),
    ).toMatchObject({ ok: true });
  });
});

describe('parseLabelSelector', () => {
  it('takes time in proportion to the length', () => {
    const startedAt = performance.now();
    parseLabelSelector(`${','.repeat(60_000)}a`);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it.each([
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a in (b, c),d', { a: 'c', d: '' }, true],
    ['a notin (b)', { a: 'b' }, false],
    ['!a', { a: '' }, false],
    ['app.kubernetes.io/name=x', { 'app.kubernetes.io/name': 'x' }, true],
  ])('%s on %j is %s', (text, labels, expected) => {
    expect(matchLabels(parseLabelSelector(text)!, labels)).toBe(expected);
  });

  it.each(['', '=b', 'a in ()x', 'a=b,', 'a in (b', 'a=b c'])(
    'refuses %j',
    text => {
      expect(parseLabelSelector(text)).toBeUndefined();
    },
  );
});
