import { formatPoints, formatShare } from '../format/formatCount';
import { writeClaim } from '../components/CoverageServices/writeClaim';
import { buildTrend } from '../components/CoverageSummary/buildTrend';
import {
  findProblems,
  startDraft,
  toDay,
  toRequest,
} from '../components/Exceptions/draft';
import { buildTrendPoints } from '../__testUtils__/coverageFixtures';
import { CoverageAddress, readAddress, writeAddress } from './address';
import { looksLikeToken } from './looksLikeToken';

describe('the address of the coverage page', () => {
  it('comes back as it was written', () => {
    const address: CoverageAddress = {
      view: 'exceptions',
      filter: {
        q: 'a b&c',
        state: ['open', 'partial'],
        owner: '',
        system: 'system:default/s',
        namespace: 'n',
        cluster: 'c',
        issuer: 'https://i.example/?x=1',
        soleIssuer: 'https://i.example/?x=1',
        gateway: 'c/n/g',
        finding: 'f',
        claimed: false,
      },
      sort: 'lastProbe',
      order: 'desc',
      exception: { kind: 'new', service: 'c/n/s' },
    };
    const text = writeAddress(address).toString();
    expect(readAddress(new URLSearchParams(text))).toEqual(address);
  });

  it('ignores what it does not know', () => {
    const params = new URLSearchParams(
      'view=x&sort=y&order=z&state=red&claimed=maybe&namespace=&other=1',
    );
    const address = readAddress(params);
    expect(address.filter).toEqual({});
    expect(writeAddress(address).toString()).toBe('');
  });

  it('carries no token', () => {
    const params = new URLSearchParams({
      q: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl',
    });
    expect(readAddress(params).filter).toEqual({});
  });
});

describe('looksLikeToken', () => {
  it.each([
    'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl',
    'Bearer abcdefgh12345678',
    'eyJhbGciOiJSUzI1NiJ9',
    'old: aB3dEfGh1jKl.mNoPqRsT9vWx.yZ',
  ])('takes %s for one', text => {
    expect(looksLikeToken(text)).toBe(true);
  });

  it.each([
    'shop.example.com',
    'https://login.example.com/realms/Main',
    'istio-ingressgateway.istio-system.svc.cluster.local',
    'the bearer of news',
    'component:default/payments-v2',
  ])('lets %s pass', text => {
    expect(looksLikeToken(text)).toBe(false);
  });
});

describe('shares', () => {
  it('are whole only where they are whole', () => {
    expect([1, 0.999, 0.5, 0.001, 0, null].map(formatShare)).toEqual([
      '100 %',
      '99 %',
      '50 %',
      '1 %',
      '0 %',
      '–',
    ]);
  });

  it('differ by points', () => {
    expect(formatPoints(0.5, 0.51)).toBe('+1 point');
    expect(formatPoints(0.5, 0.3)).toBe('−20 points');
    expect(formatPoints(0.5, 0.5)).toBe('±0 points');
  });
});

describe('buildTrend', () => {
  it('ends a line where a record is missing', () => {
    const { runs, gaps } = buildTrend(buildTrendPoints());
    expect(runs.map(run => run.map(({ index }) => index))).toEqual([
      [0, 1],
      [4],
    ]);
    expect(gaps).toEqual([{ from: 2, to: 3 }]);
  });
});

describe('writeClaim', () => {
  it('quotes what YAML would read as something else', () => {
    expect(
      writeClaim({
        'backstage.io/kubernetes-label-selector': 'app=shop',
        'backstage.io/kubernetes-namespace': 'on',
        'istio-jwt/hosts': '*.example',
      }),
    ).toBe(
      [
        'metadata:',
        '  annotations:',
        '    backstage.io/kubernetes-label-selector: app=shop',
        '    backstage.io/kubernetes-namespace: "on"',
        '    istio-jwt/hosts: "*.example"',
      ].join('\n'),
    );
  });
});

describe('the draft of an exception', () => {
  const now = Date.parse('2026-01-10T12:00:00Z');
  const good = {
    ...startDraft('main/shop/shop'),
    reason: ' Because. ',
    lastDay: '2026-02-01',
  };

  it('lasts from tomorrow to a year', () => {
    const judge = (lastDay: string) =>
      findProblems({ ...good, lastDay }, now).lastDay;
    expect(judge('2026-01-10')).toMatch(/future/);
    expect(judge('2026-01-11')).toBeUndefined();
    expect(judge('2027-01-09')).toBeUndefined();
    expect(judge('2027-01-10')).toMatch(/year/);
    expect(judge('soon')).toMatch(/Choose/);
  });

  it('names parts only where it covers a part', () => {
    const draft = { ...good, path: '/healthz' };
    expect(toRequest(draft).scope).toEqual({
      cluster: 'main',
      namespace: 'shop',
      name: 'shop',
    });
    const part = { ...draft, covers: 'part' as const };
    expect(toRequest(part).scope.path).toBe('/healthz');
    expect(findProblems({ ...part, path: 'healthz' }, now).path).toBeDefined();
    expect(findProblems(part, now)).toEqual({});
  });

  it('ends with its last day', () => {
    expect(toDay(toRequest(good).expiresAt)).toBe('2026-02-01');
    expect(toRequest(good).reason).toBe('Because.');
  });
});
