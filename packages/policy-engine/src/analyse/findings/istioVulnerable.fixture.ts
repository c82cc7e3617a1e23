import {
  allow,
  authentication,
  deny,
  Fixture,
  istiod,
} from '../__testUtils__/build';

const BY_HEADER = allow(
  'when: [{key: "request.headers[x-team]", values: [a]}]',
);
const BY_ACCOUNT = allow(
  'from: [{source: {serviceAccounts: ["default/front.end"]}}]',
);

const BY_NAMESPACE = allow('from: [{source: {namespaces: ["team.a"]}}]');
const BY_SUFFIX = allow('from: [{source: {principals: ["*/sa/front.end"]}}]');
const BY_TEMPLATE = deny('to: [{operation: {paths: ["/admin/{**}"]}}]');

/** Fixture of `istio-vulnerable`. */
export const istioVulnerable: Fixture = {
  bad: [
    [istiod('1.29.0'), BY_HEADER],
    [istiod('1.28.5'), BY_ACCOUNT],
    [istiod('1.27.8'), BY_ACCOUNT],
    [istiod('1.28.6'), BY_NAMESPACE],
    [istiod('1.29.2'), BY_SUFFIX],
    [istiod('1.25.2'), BY_TEMPLATE],
    [istiod('1.30.3'), BY_TEMPLATE],
    [istiod('1.9.0-distroless'), authentication()],
    [istiod('1.8.5'), deny('to: [{operation: {paths: ["/admin"]}}]')],
  ],
  good: [
    [istiod('1.29.1'), BY_HEADER],
    [istiod('1.28.6'), BY_ACCOUNT],
    [istiod('1.27.9'), BY_ACCOUNT],
    [istiod('1.28.7'), BY_NAMESPACE, BY_SUFFIX],
    [istiod('1.30.0'), BY_NAMESPACE, BY_SUFFIX],
    [
      istiod('1.29.2'),
      allow('from: [{source: {namespaces: [team-a], principals: ["*"]}}]'),
    ],
    [istiod('1.30.4'), BY_TEMPLATE],
    [istiod('1.31.0'), BY_HEADER, BY_ACCOUNT, BY_TEMPLATE],
    [istiod('1.29.0'), authentication()],
    [istiod('1.28.5-vendor.9'), BY_ACCOUNT],
    [BY_HEADER, BY_ACCOUNT],
  ],
};
