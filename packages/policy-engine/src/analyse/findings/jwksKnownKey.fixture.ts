import { Fixture, authentication } from '../__testUtils__/build';

const inline = (key: object) =>
  authentication(`[{issuer: a, jwks: '${JSON.stringify({ keys: [key] })}'}]`);
const at = (uri: string) => authentication(`[{issuer: a, jwksUri: "${uri}"}]`);

/** The public key of Istio's samples. */
const SAMPLE =
  'xAE7eB6qugXyCAG3yhh7pkDkT65pHymX-P7KfIupjf59vsdo91bSP9C8H07pSAGQO1MV_xFj9VswgsCg4R6otmg5PV2He95lZdHtOcU5DXIg_pbhLdKXbi66GlVeK6ABZOUW3WYtnNHD-91gVuoeJT_DwtGGcp4ignkgXfkiEm4sw-4sfb4qdt5oLbyVpmW6x9cfa7vs2WTfURiCrBoUqgBo_-4WTiULmmHSGZHOjzwa8WtrtOQGsAFjIbno85jp6MnGGGZPYZbDAa_b3y5u-YpW7ypZrvD8BgtKVjgtQgZhLAGezMt0ua3DRrWnKqTZ0BJ_EyxOGuHJrLsn00fnMQ';
/** The same number with a zero before it, as some encoders write it. */
const SAMPLE_WITH_ZERO =
  'AMQBO3geqroF8ggBt8oYe6ZA5E-uaR8pl_j-ynyLqY3-fb7HaPdW0j_QvB9O6UgBkDtTFf8RY_VbMILAoOEeqLZoOT1dh3veZWXR7TnFOQ1yIP6W4S3Sl24uuhpVXiugAWTlFt1mLZzRw_vdYFbqHiU_w8LRhnKeIoJ5IF35IhJuLMPuLH2-KnbeaC28laZlusfXH2u77Nlk31EYgqwaFKoAaP_uFk4lC5ph0hmRzo88GvFra7TkBrABYyG56POY6ejJxhhmT2GWwwGv298ubvmKVu8qWa7w_AYLSlY4LUIGYSwBnszLdLmtw0a1pyqk2dASfxMsThrhyay7J9NH5zE';
const EXAMPLE_OF_RFC = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const SET = 'security/tools/jwt/samples/jwks.json';

/** Fixture of `jwks-known-key`. */
export const jwksKnownKey: Fixture = {
  bad: [
    [inline({ kty: 'RSA', kid: 'a', n: SAMPLE, e: 'AQAB' })],
    [inline({ kty: 'RSA', n: SAMPLE_WITH_ZERO, e: 'AQAB' })],
    [inline(EXAMPLE_OF_RFC)],
    [at(`https://raw.githubusercontent.com/istio/istio/release-1.31/${SET}`)],
    [
      at(
        `https://raw.githubusercontent.com/istio/istio/refs/heads/master/${SET}`,
      ),
    ],
    [at(`https://github.com/istio/istio/raw/master/${SET}`)],
  ],
  good: [
    [inline({ kty: 'RSA', kid: 'a', n: 'AQ', e: 'AQAB' })],
    [inline({ kty: 'RSA', kid: 'a', n: '%', e: 'AQAB' })],
    [inline({ kty: 'EC', crv: 'P-256', x: EXAMPLE_OF_RFC.y })],
    [at(`https://keys.example/istio/istio/master/${SET}`)],
    [at('https://raw.githubusercontent.com/istio/istio/master/jwks.json')],
  ],
};
