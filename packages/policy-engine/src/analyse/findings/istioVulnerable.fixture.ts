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

/** Fixture of `istio-vulnerable`. */
export const istioVulnerable: Fixture = {
  bad: [
    [istiod('1.29.0'), BY_HEADER],
    [istiod('1.28.5'), BY_ACCOUNT],
    [istiod('1.9.0-distroless'), authentication()],
    [istiod('1.8.5'), deny('to: [{operation: {paths: ["/admin"]}}]')],
  ],
  good: [
    [istiod('1.29.1'), BY_HEADER],
    [istiod('1.28.6'), BY_ACCOUNT],
    [istiod('1.31.0'), BY_HEADER, BY_ACCOUNT],
    [istiod('1.29.0'), authentication()],
    [istiod('1.28.5-vendor.9'), BY_ACCOUNT],
    [BY_HEADER, BY_ACCOUNT],
  ],
};
