import { DEFAULT_ROOT_NAMESPACE } from '../../../attach/meshConfig';
import { renderTags } from './revisionTags';
import {
  asList,
  mergeValues,
  textAt,
  Values,
  valueAt,
  valuesAt,
} from './values';

/** What is installed of a chart. */
export interface Release {
  namespace: string;
  values: Values;
}

interface IstiodRelease extends Release {
  /** Of istiod's image where values say none. */
  tag?: string;
  /** Variables of its container that count before those of the values. */
  environment?: readonly object[];
}

/** Profiles that change what the engine reads of istiod's environment (manifests/helm-profiles). */
const AMBIENT = 'ambient';
/** Its istiod runs in another cluster. */
const REMOTE = 'remote';

/**
 * What Istio's chart `istiod` makes of its values, as far as it decides requests: the mesh config, and istiod's
 * environment and version.
 */
export function renderIstiod({
  namespace,
  values: written,
  tag,
  environment = [],
}: IstiodRelease): object[] {
  // The chart takes what stands under `pilot` as if it stood above.
  const values = mergeValues(written, valuesAt(written, 'pilot'));
  const profile =
    textAt(values, 'profile') ?? textAt(values, 'global', 'profile');
  if (profile === REMOTE) return [];
  const revision = textAt(values, 'revision') ?? '';
  const suffix = revision === '' ? '' : `-${revision}`;
  const metadata = (name: string) => ({ name: `${name}${suffix}`, namespace });
  const labels = { app: 'istiod', 'istio.io/rev': revision || 'default' };
  const image = textAt(values, 'tag') ?? textAt(values, 'global', 'tag') ?? tag;
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('istio'),
    data: { mesh: JSON.stringify(meshConfigOf(values)) },
  };
  return [
    ...(valueAt(values, 'configMap') === false ? [] : [configMap]),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('istio-sidecar-injector'),
      data: { config: JSON.stringify(injectorOf(values)) },
    },
    ...renderTags(values, namespace, labels['istio.io/rev']),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata('istiod'), labels },
      spec: {
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'discovery',
                ...(image === undefined ? {} : { image: `pilot:${image}` }),
                env: [...environment, ...environmentOf(values, profile)],
              },
            ],
          },
        },
      },
    },
  ];
}

function injectorOf(values: Values): Values {
  const webhook = valuesAt(values, 'sidecarInjectorWebhook');
  return {
    policy: valueAt(values, 'global', 'proxy', 'autoInject') ?? 'enabled',
    alwaysInjectSelector: valueAt(webhook, 'alwaysInjectSelector'),
    neverInjectSelector: valueAt(webhook, 'neverInjectSelector'),
  };
}

function meshConfigOf(values: Values): Values {
  const defaults = {
    trustDomain: 'cluster.local',
    rootNamespace:
      textAt(values, 'global', 'istioNamespace') ?? DEFAULT_ROOT_NAMESPACE,
  };
  return mergeValues(defaults, valuesAt(values, 'meshConfig'));
}

function environmentOf(values: Values, profile: string | undefined): object[] {
  const byProfile = profile === AMBIENT ? { PILOT_ENABLE_AMBIENT: 'true' } : {};
  const variables = Object.entries(
    mergeValues(byProfile, valuesAt(values, 'env')),
  ).map(([name, value]) =>
    // What Helm's templates make of an object or a list is not followed.
    typeof value === 'object' && value !== null
      ? { name, valueFrom: {} }
      : { name, value: String(value) },
  );
  return [
    ...variables,
    // What an older version did by default, which depends on the version that is installed.
    ...(textAt(values, 'compatibilityVersion') === undefined
      ? []
      : [{ name: 'PILOT_ENABLE_STRICT_GATEWAY_MERGING', valueFrom: {} }]),
    ...asList(valueAt(values, 'envVarFrom')),
  ];
}
