import { ConfigReader } from '@backstage/config';
import { readIstioJwtConfig } from './readConfig';

const read = (ownership?: object[]) =>
  readIstioJwtConfig(
    new ConfigReader({
      istioJwt: {
        clusters: ['a', 'b'].map(name => ({ name, inCluster: true })),
        ...(ownership ? { ownership } : {}),
      },
    }),
  ).clusters.map(cluster => cluster.ownership);

describe('istioJwt.ownership', () => {
  it('is nobody’s without it', () => {
    expect(read()).toEqual([undefined, undefined]);
  });

  it('is given to the clusters that it is about', () => {
    expect(
      read([
        {
          clusters: ['a'],
          namespaces: ['payments', 'pay-*', '*-pay', '*'],
          owners: ['Group:payments', 'user:default/alice'],
        },
        { namespaces: ['shop'], owners: ['group:default/shop'] },
      ]),
    ).toEqual([
      [
        {
          namespaces: ['payments', 'pay-*', '*-pay', '*'],
          owners: ['group:default/payments', 'user:default/alice'],
        },
        { namespaces: ['shop'], owners: ['group:default/shop'] },
      ],
      [{ namespaces: ['shop'], owners: ['group:default/shop'] }],
    ]);
  });

  const owners = ['group:default/shop'];
  it.each([
    [
      { clusters: ['c'], namespaces: ['x'], owners },
      /ownership\[0\]\.clusters names 'c'.*a, b/,
    ],
    [{ namespaces: [], owners }, /ownership\[0\]\.namespaces is empty/],
    [{ namespaces: ['a*b'], owners }, /namespaces names 'a\*b'.*payments-\*/],
    [{ namespaces: ['a/b'], owners }, /namespaces names 'a\/b'/],
    [{ owners }, /namespaces/],
    [{ namespaces: ['x'], owners: [] }, /ownership\[0\]\.owners is empty/],
    [{ namespaces: ['x'] }, /ownership\[0\]\.owners is empty/],
    [
      { namespaces: ['x'], owners: ['component:default/x'] },
      /ownership\[0\]\.owners names 'component:default\/x'/,
    ],
  ])('names the key and the fix for %j', (rule, message) => {
    expect(() => read([rule])).toThrow(message);
  });
});
