import { ask, gatewayPolicy } from '../__testUtils__/policies';

/** The request says no address, so whether this matches is not known. */
const UNKNOWN = 'from: [{source: {ipBlocks: [10.0.0.0/8]}}]';
const OWN_HOST = 'to: [{operation: {hosts: [h.example.com]}}]';

describe('a rule for every host and one for a host', () => {
  it.each([
    ['DENY', 'a', 'b', 403],
    ['DENY', 'b', 'a', 403],
    ['ALLOW', 'a', 'b', 200],
    ['ALLOW', 'b', 'a', 200],
  ])(
    '%s: the one that surely matches answers (%s, %s)',
    (action, wide, own, status) => {
      const rules = (wideRule: string, ownRule: string) => [
        gatewayPolicy(`action: ${action}, rules: [{${wideRule}}]`, wide),
        gatewayPolicy(`action: ${action}, rules: [{${ownRule}}]`, own),
      ];
      const known = ask(rules(UNKNOWN, OWN_HOST));
      expect(known.status).toBe(status);
      const turned = ask(rules('', `${OWN_HOST}, ${UNKNOWN}`));
      expect(turned.status).toBe(status);
      if (action === 'ALLOW') return;
      expect(known.details).toContain(`policy[${own}]`);
      expect(turned.details).toContain(`policy[${wide}]`);
    },
  );

  it('that both match are named in the order of names', () => {
    const details = (wide: string, own: string) =>
      ask([
        gatewayPolicy('action: DENY, rules: [{}]', wide),
        gatewayPolicy(`action: DENY, rules: [{${OWN_HOST}}]`, own),
      ]).details;
    expect(details('a', 'b')).toContain('[a]');
    expect(details('b', 'a')).toContain('[a]');
  });

  it('that may both match leave the answer open', () => {
    const texts = [
      gatewayPolicy(`action: DENY, rules: [{${UNKNOWN}}]`, 'a'),
      gatewayPolicy(`action: DENY, rules: [{${OWN_HOST}, ${UNKNOWN}}]`, 'b'),
    ];
    expect(ask(texts).status).toBe('unknown');
    const source = { ip: '192.168.0.1' };
    expect(ask(texts, { source }).status).toBe(200);
  });
});

describe('an address that is none', () => {
  it.each([
    ['10.1.2.3', 403],
    ['11.1.2.3', 200],
    ['junk', 'unknown'],
    [undefined, 'unknown'],
  ])('%s in a range: %s', (ip, status) => {
    const texts = [gatewayPolicy(`action: DENY, rules: [{${UNKNOWN}}]`)];
    expect(ask(texts, { source: { ip } }).status).toBe(status);
  });
});
