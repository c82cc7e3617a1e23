import { Finding } from '../model';
import { compareFindings } from './compareFindings';

const finding = (name: string, message = 'It is open.'): Finding => ({
  id: 'gateway-wide-allow',
  severity: 'warning',
  title: 'A policy for the whole gateway',
  message,
  fix: 'Name the hosts.',
  resource: { kind: 'AuthorizationPolicy', namespace: 'istio-system', name },
});

const service = (name: string, ...findings: Finding[]) => ({
  service: { namespace: 'shop', name },
  findings,
});

describe('compareFindings', () => {
  it('tells what is new and what is gone', () => {
    expect(
      compareFindings(
        [service('cart', finding('old'), finding('both'))],
        [service('cart', finding('both'), finding('new'))],
      ),
    ).toEqual({ opened: [finding('new')], resolved: [finding('old')] });
  });

  it('tells once what several Services have of one resource', () => {
    expect(
      compareFindings(
        [service('cart'), service('pay')],
        [service('cart', finding('all')), service('pay', finding('all'))],
      ),
    ).toEqual({ opened: [finding('all')], resolved: [] });
  });

  it('keeps what is said of each in other words', () => {
    const [cart, pay] = ['of cart', 'of pay'].map(text => finding('all', text));
    expect(
      compareFindings(
        [service('cart', cart), service('pay', pay)],
        [service('cart'), service('pay')],
      ),
    ).toEqual({ opened: [], resolved: [cart, pay] });
  });

  it('tells of a Service that comes to have what another had already', () => {
    expect(
      compareFindings(
        [service('cart', finding('all')), service('pay')],
        [service('cart', finding('all')), service('pay', finding('all'))],
      ),
    ).toEqual({ opened: [finding('all')], resolved: [] });
  });
});
