import { compileProxy } from '../../compile/compileProxy';
import { JwtProvider } from '../../compile/program';
import { Mesh } from '../../attach/Mesh';
import { RequestToken, WayIn } from '../../model';
import { UsageError } from '../UsageError';

/** Where a token stands in a request. */
export type TokenPlace = Pick<RequestToken, 'in' | 'name' | 'prefix'>;

/** Where to put a token, and what to say about that. */
export interface ChosenPlace {
  place: TokenPlace;
  note?: string;
}

const USUAL: TokenPlace = { in: 'header' };

/** Reads `--token-in`. */
export function readPlace(text: string): TokenPlace {
  const [, kind, name] = /^(header|query|cookie):(.+)$/.exec(text) ?? [];
  if (!name) {
    throw new UsageError(
      '--token-in must be header:NAME, query:NAME or cookie:NAME',
    );
  }
  return { in: kind as TokenPlace['in'], name };
}

/**
 * Where a token goes: the place that was said, or the usual header, or else where the first proxy that
 * looks for tokens does.
 */
export function choosePlace(
  mesh: Mesh,
  way: WayIn,
  said: string | undefined,
): ChosenPlace {
  const providers =
    way.hops
      .map(({ proxy }) => compileProxy(mesh, proxy).providers)
      .find(({ length }) => length > 0) ?? [];
  const places = providers.flatMap(placesOf);
  if (said !== undefined) {
    const place = readPlace(said);
    const looked = places.find(item => isSame(item, place));
    if (looked) return { place: looked };
    return places.length === 0
      ? { place }
      : { place, note: `The proxy does not look there: ${describe(places)}.` };
  }
  const isUsual = ({ in: kind, name, prefix }: TokenPlace) =>
    kind === 'header' && name === 'authorization' && prefix === 'Bearer ';
  if (places.length === 0 || places.some(isUsual)) return { place: USUAL };
  return {
    place: places[0],
    note: `The token is put where the proxy looks: ${describe(
      places.slice(0, 1),
    )}.`,
  };
}

function placesOf({ headers, params, cookies }: JwtProvider): TokenPlace[] {
  return [
    ...headers.map(item => ({ in: 'header' as const, ...item })),
    ...params.map(name => ({ in: 'query' as const, name })),
    ...cookies.map(name => ({ in: 'cookie' as const, name })),
  ];
}

function isSame(a: TokenPlace, b: TokenPlace): boolean {
  if (a.in !== b.in) return false;
  return a.in === 'header'
    ? a.name?.toLowerCase() === b.name?.toLowerCase()
    : a.name === b.name;
}

function describe(places: readonly TokenPlace[]): string {
  const texts = places.map(({ in: kind, name, prefix }) => {
    const words = { header: 'header', query: 'parameter', cookie: 'cookie' };
    return `${words[kind]} ${name}${
      prefix ? ` behind ${JSON.stringify(prefix)}` : ''
    }`;
  });
  return [...new Set(texts)].join(', ');
}
