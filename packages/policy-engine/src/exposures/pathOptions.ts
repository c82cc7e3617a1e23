import { PathNormalization } from '../match/normalizePath';
import { ProxyRequest } from '../model';
import type { Options } from './dimensions';
import { isIn, stablePaths } from './languages';
import { Patterns } from './patterns';
import { signatureOf } from './signature';
import { representatives, restsBehind } from './strings';

/** By HTTP/1 Envoy takes none of these in a path. */
const NOT_ASCII = /[^!-~]/;

/** Paths that policies and routes tell apart, of a proxy that normalises them so. */
export function pathOptions(
  patterns: Patterns,
  mode: PathNormalization,
): Options {
  const stable = stablePaths(mode, '');
  const shape = { start: '/', language: stablePaths(mode, '/') };
  const { values, ...known } = representatives(patterns.path, shape);
  let { complete } = known;
  const paths = new Set(values);
  const plain = patterns.path.filter(({ kind }) => kind !== 'regex');
  for (const { from, to } of patterns.rewrites) {
    // Paths that come out as what a later proxy compares.
    for (const path of values) {
      if (path.startsWith(to)) paths.add(`${from}${path.slice(to.length)}`);
    }
    const rests = restsBehind(plain, [from, to], '', [
      stablePaths(mode, from),
      // What comes out is normalised by the next proxy, so that it may be changed.
      withoutLoss(stablePaths(mode, to)),
    ]);
    complete &&= rests.complete;
    for (const rest of rests.texts) paths.add(`${from}${rest}`);
  }
  const isExact = patterns.rewrites.length > 0 || patterns.usesRegex;
  const options = [...paths].map(path => ({
    label: path,
    signature: isExact ? path : signatureOf(patterns.path, path),
    apply: (request: ProxyRequest) => {
      const query = /\?.*/s.exec(request.path ?? '')?.[0] ?? '';
      return {
        ...request,
        path: `${path}${query}`,
        ...(NOT_ASCII.test(path) ? { httpVersion: 2 as const } : {}),
      };
    },
  }));
  // Of equal signatures the first stands for all: one that the proxy leaves as it is, where there is one.
  const isStable = ({ label }: { label: string }) => isIn(stable, label);
  return {
    options: [
      ...options.filter(isStable),
      ...options.filter(option => !isStable(option)),
    ],
    complete,
  };
}

function withoutLoss(language: ReturnType<typeof stablePaths>) {
  const { step, verdict } = language.automaton;
  return { ...language, automaton: { step, verdict } };
}
