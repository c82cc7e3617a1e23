import { Fixture, allow, deny, mutualTls } from '../__testUtils__/build';

/** Fixture of `principal-without-mtls`. */
export const principalWithoutMtls: Fixture = {
  bad: [
    [mutualTls('PERMISSIVE'), deny('from: [{source: {namespaces: [guests]}}]')],
    [
      mutualTls('PERMISSIVE'),
      allow('from: [{source: {notNamespaces: [guests]}}]'),
    ],
  ],
  good: [
    [mutualTls('STRICT'), deny('from: [{source: {namespaces: [guests]}}]')],
    [deny('from: [{source: {namespaces: [guests]}}]')],
    [
      mutualTls('PERMISSIVE'),
      allow('from: [{source: {namespaces: ["*"], notNamespaces: [guests]}}]'),
    ],
  ],
};
