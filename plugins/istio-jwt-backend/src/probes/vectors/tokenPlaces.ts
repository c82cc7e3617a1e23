import {
  forgeToken,
  makeClaims,
  ProbeToken,
  Vector,
  VectorRequest,
} from './types';

/** A forged token in places of all kinds: none needs a secret, and none is a loss in a URL. */
function elsewhere(
  id: string,
  title: string,
  arrange: (token: Omit<ProbeToken, 'place'>) => ProbeToken[],
): Vector {
  return {
    id: `place-${id}`,
    title,
    group: 'place',
    scope: 'issuer',
    makeRequest: async context => ({
      kind: 'request',
      tokens: arrange(await forgeToken(context, makeClaims(context))),
    }),
  };
}

const inAuthorization = (prefix: string): ProbeToken['place'] => ({
  kind: 'header',
  name: 'authorization',
  prefix,
});

export const TOKEN_PLACE_VECTORS: Vector[] = [
  elsewhere('lower-case', 'Forged token behind a lower-case bearer', token => [
    { ...token, place: inAuthorization('bearer ') },
  ]),
  elsewhere('no-prefix', 'Forged token without Bearer', token => [
    { ...token, place: inAuthorization('') },
  ]),
  {
    id: 'place-basic',
    title: 'Basic credentials',
    group: 'place',
    scope: 'way-in',
    makeRequest: async (): Promise<VectorRequest> => ({
      kind: 'request',
      // Nobody's credentials: no name, no password.
      headers: { authorization: 'Basic Og==' },
      tokens: [],
    }),
  },
  elsewhere('query', 'Forged token as ?access_token=', token => [
    { ...token, place: { kind: 'query', name: 'access_token' } },
  ]),
  elsewhere('cookie', 'Forged token in a cookie', token => [
    { ...token, place: { kind: 'cookie', name: 'token' } },
  ]),
  elsewhere('twice', 'Forged token in two Authorization headers', token => [
    { ...token, place: inAuthorization('Bearer ') },
    { ...token, place: inAuthorization('Bearer ') },
  ]),
  elsewhere('garbage', 'Forged token with garbage behind it', token => [
    {
      text: `${token.text}+garbage`,
      validity: 'malformed',
      claims: {},
      place: { kind: 'usual' },
    },
  ]),
];
