import {
  authentication,
  Fixture,
  policy,
  SELECT_BACKEND,
} from '../__testUtils__/build';

const withRule = (more: string) =>
  authentication(
    `[{issuer: testing@secure.istio.io, jwksUri: "https://keys.example", ${more}}]`,
  );

const output = (header: string) =>
  withRule(`outputClaimToHeaders: [{header: ${header}, claim: sub}]`);

const when = (key: string) =>
  policy(`${SELECT_BACKEND}, rules: [{when: [{key: ${key}, values: [a]}]}]`);

/** Fixture of `not-carried-out`. */
export const notCarriedOut: Fixture = {
  bad: [
    [withRule('fromHeaders: [{name: authorization, prefix: "Bearer \\n"}]')],
    [withRule('fromHeaders: [{name: "x-jwt\\r"}]')],
    [withRule('fromHeaders: [{name: Host}]')],
    [withRule('outputPayloadToHeader: "x-payload\\n"')],
    [withRule('outputPayloadToHeader: ":path"')],
    [output('host')],
    [output('Cookie')],
    [output('origin')],
    [when('"request.headers[x-a\\nb]"')],
  ],
  good: [
    [withRule('fromHeaders: [{name: authorization, prefix: "Bearer "}]')],
    [withRule('outputPayloadToHeader: x-payload')],
    [output('x-host')],
    [when('"request.headers[x-a]"')],
  ],
};
