/** Where requests carry tokens. */
import type { RequestToken } from './engine.ts';
import type { Random } from './random.ts';
import type { SampleRequest } from './requests.ts';
import type { SampleToken, TokenStock } from './tokens.ts';

interface Place {
  in: RequestToken['in'];
  name: string;
  prefix?: string;
}

const PLACES: Place[] = [
  { in: 'header', name: 'authorization', prefix: 'Bearer ' },
  { in: 'header', name: 'authorization', prefix: 'bearer ' },
  { in: 'header', name: 'authorization', prefix: 'Bearer  ' },
  { in: 'header', name: 'authorization', prefix: 'Token ' },
  { in: 'header', name: 'authorization', prefix: '' },
  { in: 'header', name: 'x-jwt', prefix: '' },
  { in: 'header', name: 'x-jwt', prefix: 'Bearer ' },
  { in: 'query', name: 'access_token' },
  { in: 'query', name: 'token' },
  { in: 'cookie', name: 'sid' },
];

/** Beside what is there already: a header, parameter or cookie of the same name is sent twice. */
function placeToken(
  request: SampleRequest,
  { name, text, validity, claims }: SampleToken,
  place: Place,
): void {
  const { headers } = request;
  switch (place.in) {
    case 'header': {
      const value = `${place.prefix}${text}`;
      const before = headers[place.name];
      headers[place.name] =
        before === undefined ? value : [before, value].flat();
      break;
    }
    case 'query': {
      const separator = request.path.includes('?') ? '&' : '?';
      request.path += `${separator}${place.name}=${text}`;
      break;
    }
    default:
      headers.cookie = `${headers.cookie ?? 'theme=dark'}; ${
        place.name
      }=${text}`;
  }
  request.tokens.push({ ...place, validity, claims });
  request.remark += `${name} in ${place.in} ${place.name} ${
    place.prefix ?? ''
  };`;
}

export function placeTokens(
  random: Random,
  stock: TokenStock,
  request: SampleRequest,
): void {
  // A fragment ends the request target; a token behind it would never be sent as a parameter.
  const places = request.path.includes('#')
    ? PLACES.filter(place => place.in !== 'query')
    : PLACES;
  const good = stock.tokens.filter(each => each.validity === 'valid');
  const taken = new Set<string>();
  for (let rest = random.pick([0, 0, 1, 1, 1, 1, 2, 3]); rest > 0; rest--) {
    const place = random.chance(0.6) ? PLACES[0] : random.pick(places);
    const key = `${place.in}/${place.name}`;
    if (taken.has(key) && !random.chance(0.25)) continue;
    taken.add(key);
    // Half of the tokens are good ones, of which there are fewer kinds.
    const token = random.pick(random.chance(0.6) ? good : stock.tokens);
    placeToken(request, token, place);
  }
}
