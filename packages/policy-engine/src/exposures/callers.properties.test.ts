import fc from 'fast-check';
import { matchesPattern } from '../match/stringPattern';
import { WayIn } from '../model';
import {
  toNamespace,
  toPrincipals,
  toServiceAccount,
} from '../compile/callers';
import { callerOptions } from './callers';
import { emptyPatterns, Patterns } from './patterns';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);
const DOMAIN = 'cluster.local';
const DOMAINS = [DOMAIN, 'old-td', 'partner'];
const WAY_IN = { kind: 'in-mesh', callerIdentity: 'required' } as WayIn;

const name = fc.constantFrom('a', 'b', 'ab', 'a-b', 'sa', 'ns', 'b-a');
const glob = fc.oneof(
  name,
  name.map(text => `${text}*`),
  name.map(text => `*${text}`),
  fc.tuple(name, name).map(parts => parts.join('*')),
);
const identity = fc
  .tuple(fc.constantFrom(...DOMAINS), name, name)
  .map(
    ([domain, namespace, account]) => `${domain}/ns/${namespace}/sa/${account}`,
  );
const context = { namespace: 'default', trustDomains: DOMAINS.slice(0, 2) };
const matchers = fc.oneof(
  fc
    .oneof(
      identity,
      fc
        .tuple(identity, fc.nat(20))
        .map(([text, cut]) => `${text.slice(0, text.length - cut)}*`),
      fc
        .tuple(identity, fc.integer({ min: 1, max: 12 }))
        .map(([text, rest]) => `*${text.slice(-rest)}`),
    )
    .map(text => toPrincipals(text, context)),
  glob.map(text => [toNamespace(text)]),
  fc
    .tuple(name, name)
    .map(([namespace, account]) => [
      toServiceAccount(`${namespace}/${account}`, 'default'),
    ]),
);

function signature({ callers }: Patterns, principal: string): string {
  return callers
    .map(({ pattern }) =>
      Number(matchesPattern(pattern, `spiffe://${principal}`)),
    )
    .join('');
}

// Found by the property: what a pattern looks for anywhere may also stand where Namespace `ns` ends.
it('callers of Namespace ns meet a pattern for Namespaces that begin with sa', () => {
  const patterns = {
    ...emptyPatterns(),
    callers: [toNamespace('sa*a'), toNamespace('sa*')] as Patterns['callers'],
  };
  const { options } = callerOptions(WAY_IN, patterns, [DOMAIN]);
  expect(
    options.map(({ apply }) =>
      signature(patterns, apply({ port: 80 }).source?.principal ?? ''),
    ),
  ).toContain(signature(patterns, `${DOMAIN}/ns/ns/sa/a`));
});

it('callers meet every combination of patterns that some workload meets', () => {
  fc.assert(
    fc.property(
      fc.array(matchers, { maxLength: 5 }),
      fc.array(identity, { minLength: 30, maxLength: 30 }),
      (list, identities) => {
        const patterns = {
          ...emptyPatterns(),
          callers: list.flat() as Patterns['callers'],
        };
        const { options, complete } = callerOptions(WAY_IN, patterns, DOMAINS);
        expect(complete).toBe(true);
        const met = new Set(
          options.map(({ apply }) =>
            signature(patterns, apply({ port: 80 }).source?.principal ?? ''),
          ),
        );
        const missing = identities.filter(
          each => !met.has(signature(patterns, each)),
        );
        expect(missing).toEqual([]);
      },
    ),
    { numRuns },
  );
});
