import {
  EnablementIssuer,
  EnablementPattern,
  EnablementRequest,
  Resource,
} from '../model';

/** Where the policies of a plan are attached. */
export type Attachment =
  | { by: 'selector'; namespace: string; labels: Record<string, string> }
  | { by: 'gateway' | 'service'; namespace: string; name: string };

/** What a pattern needs to know of the place. */
export interface PolicySite {
  attachment: Attachment;
  /** Hosts of the ways in, without ports. */
  hosts: readonly string[];
  /** Ports on which the gateway listens for them. */
  ports: readonly number[];
}

const API_VERSION = 'security.istio.io/v1';
const PREFLIGHT_HEADER = 'request.headers[access-control-request-method]';

export function buildRequestAuthentication(
  { attachment }: PolicySite,
  request: EnablementRequest,
): Resource {
  const { issuer } = request;
  return {
    apiVersion: API_VERSION,
    kind: 'RequestAuthentication',
    metadata: metadataOf(attachment, 'RequestAuthentication', request),
    spec: {
      ...targetOf(attachment),
      jwtRules: [
        {
          issuer: issuer.issuer,
          ...(issuer.jwksUri ? { jwksUri: issuer.jwksUri } : {}),
          ...(issuer.jwks ? { jwks: issuer.jwks } : {}),
          ...(issuer.audiences.length > 0
            ? { audiences: issuer.audiences }
            : {}),
          ...(issuer.fromHeaders?.length
            ? { fromHeaders: issuer.fromHeaders }
            : {}),
          // Services behind the gateway may check or read the token too.
          forwardOriginalToken: true,
        },
      ],
    },
  };
}

export function buildAuthorizationPolicy(
  pattern: EnablementPattern,
  site: PolicySite,
  request: EnablementRequest,
): Resource {
  return {
    apiVersion: API_VERSION,
    kind: 'AuthorizationPolicy',
    metadata: metadataOf(site.attachment, 'AuthorizationPolicy', request),
    spec: {
      ...targetOf(site.attachment),
      ...(pattern === 'host-deny'
        ? { action: 'DENY', rules: denyRules(site, request) }
        : {
            action: 'ALLOW',
            rules: allowRules(
              request,
              pattern === 'host-allow' ? hostPatterns(site) : undefined,
            ),
          }),
    },
  };
}

/** Istio compares hosts with the port that the client wrote. */
function hostPatterns({ hosts }: PolicySite): string[] {
  return hosts.flatMap(host => [host, `${host}:*`]);
}

/**
 * Denies, for these hosts alone, what carries no token of the issuer. A DENY on a TCP port would lose
 * its HTTP fields and widen, so it is limited to the ports of these hosts.
 */
function denyRules(
  site: PolicySite,
  { issuer, exemptPaths, preflights }: EnablementRequest,
): object[] {
  const scope = {
    hosts: hostPatterns(site),
    ports: site.ports.map(String),
    ...(exemptPaths.length > 0 ? { notPaths: exemptPaths } : {}),
  };
  const anonymous = [
    { source: { notRequestPrincipals: [principalOf(issuer)] } },
  ];
  const letsThrough = preflights === 'let-through';
  const guarded = letsThrough ? { ...scope, notMethods: ['OPTIONS'] } : scope;
  return [
    { from: anonymous, to: [{ operation: guarded }] },
    ...(letsThrough
      ? [
          // An OPTIONS that is no preflight is a request like any other.
          {
            from: anonymous,
            to: [{ operation: { ...scope, methods: ['OPTIONS'] } }],
            when: [{ key: PREFLIGHT_HEADER, notValues: ['*'] }],
          },
        ]
      : []),
    ...(issuer.claims ?? []).map(({ name, values }) => ({
      to: [{ operation: guarded }],
      when: [{ key: claimKey(name), notValues: values }],
    })),
  ];
}

function allowRules(
  { issuer, exemptPaths, preflights }: EnablementRequest,
  hosts: string[] | undefined,
): object[] {
  const scope = hosts ? { hosts } : {};
  const to = (operation: object) =>
    Object.keys(operation).length > 0 ? { to: [{ operation }] } : {};
  return [
    {
      from: [{ source: { requestPrincipals: [principalOf(issuer)] } }],
      ...to(scope),
      ...(issuer.claims?.length
        ? {
            when: issuer.claims.map(({ name, values }) => ({
              key: claimKey(name),
              values,
            })),
          }
        : {}),
    },
    ...(exemptPaths.length > 0 ? [to({ ...scope, paths: exemptPaths })] : []),
    ...(preflights === 'let-through'
      ? [
          {
            ...to({ ...scope, methods: ['OPTIONS'] }),
            when: [{ key: PREFLIGHT_HEADER, values: ['*'] }],
          },
        ]
      : []),
  ];
}

/** `iss/*`: this issuer exactly, and any subject. An issuer that ends in a slash gets a second one. */
function principalOf({ issuer }: EnablementIssuer): string {
  return `${issuer}/*`;
}

function claimKey(name: string): string {
  return `request.auth.claims[${name}]`;
}

/** What stands keeps its name: adopted objects have one of their own. */
export function nameFor(
  kind: string,
  { naming, standing = [] }: EnablementRequest,
): string {
  const known = standing.filter(ref => ref.kind === kind);
  return known.length === 1 ? known[0].name : naming.name;
}

function metadataOf(
  { namespace }: Attachment,
  kind: string,
  request: EnablementRequest,
): Resource['metadata'] {
  const { labels, annotations } = request.naming;
  return {
    name: nameFor(kind, request),
    namespace,
    labels,
    ...(annotations ? { annotations } : {}),
  };
}

function targetOf(attachment: Attachment): object {
  return attachment.by === 'selector'
    ? { selector: { matchLabels: attachment.labels } }
    : {
        targetRefs: [
          {
            ...(attachment.by === 'service'
              ? { group: '', kind: 'Service' }
              : { group: 'gateway.networking.k8s.io', kind: 'Gateway' }),
            name: attachment.name,
          },
        ],
      };
}
