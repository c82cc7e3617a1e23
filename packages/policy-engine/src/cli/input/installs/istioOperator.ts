import { DEFAULT_ROOT_NAMESPACE } from '../../../attach/meshConfig';
import {
  DEMO_INGRESS_VALUES,
  EGRESS_VALUES,
  INGRESS_VALUES,
  renderIngressGateway,
} from './gatewayCharts';
import { Installed, unite, untold } from './installed';
import { renderIstiod } from './istiodChart';
import { withoutOverlaid } from './overlays';
import {
  asList,
  mergeValues,
  textAt,
  Values,
  valueAt,
  valuesAt,
} from './values';

/** What a profile of istioctl installs where nothing else is written. */
interface Profile {
  istiod: boolean;
  ingressGateways: boolean;
  egressGateways: boolean;
}

const ALL: Profile = {
  istiod: true,
  ingressGateways: true,
  egressGateways: true,
};
const USUAL: Profile = { ...ALL, egressGateways: false };
const MINIMAL: Profile = { ...USUAL, ingressGateways: false };

/** By name (manifests/profiles). */
const PROFILES: Record<string, Profile> = {
  default: USUAL,
  preview: USUAL,
  stable: USUAL,
  openshift: USUAL,
  demo: ALL,
  ambient: MINIMAL,
  'openshift-ambient': MINIMAL,
  minimal: MINIMAL,
  remote: MINIMAL,
  empty: { ...MINIMAL, istiod: false },
};

/** The gateways of one direction. */
interface Direction {
  component: 'ingressGateways' | 'egressGateways';
  chart: string;
  defaults: Values;
}

function directionsOf(profile: string): readonly Direction[] {
  return [
    {
      component: 'ingressGateways',
      chart: 'istio-ingressgateway',
      defaults: profile === 'demo' ? DEMO_INGRESS_VALUES : INGRESS_VALUES,
    },
    {
      component: 'egressGateways',
      chart: 'istio-egressgateway',
      defaults: EGRESS_VALUES,
    },
  ];
}

/** What `istioctl install` makes of an IstioOperator (operator/pkg/render), as far as it decides requests. */
export function installOperator(operator: Values): Installed {
  const spec = valuesAt(operator, 'spec');
  const profile = textAt(spec, 'profile') ?? 'default';
  const byProfile = Object.hasOwn(PROFILES, profile)
    ? PROFILES[profile]
    : undefined;
  if (!byProfile || textAt(spec, 'installPackagePath') !== undefined) {
    return untold(
      'installs a profile or charts that are not known here: neither its mesh config nor its gateways count',
    );
  }
  const values = valuesOf(spec, profile);
  const namespace =
    textAt(values, 'global', 'istioNamespace') ?? DEFAULT_ROOT_NAMESPACE;
  const pilot = valuesAt(spec, 'components', 'pilot');
  const hasIstiod = isEnabled(pilot, byProfile.istiod);
  return unite([
    hasIstiod ? installIstiod(pilot, values, namespace) : unite([]),
    ...directionsOf(profile).map(direction =>
      installGateways(
        spec,
        values,
        namespace,
        direction,
        byProfile[direction.component],
      ),
    ),
  ]);
}

/** What the person wrote under `values` counts more than the fields beside it. */
function valuesOf(spec: Values, profile: string): Values {
  const fields = ['revision', 'compatibilityVersion', 'meshConfig'].flatMap(
    (name): [string, unknown][] => {
      const value = valueAt(spec, name);
      return value === undefined ? [] : [[name, value]];
    },
  );
  const tag = textAt(spec, 'tag');
  const beside = {
    profile: profile.replace(/^openshift-/, ''),
    ...Object.fromEntries(fields),
    ...(tag === undefined ? {} : { global: { tag } }),
  };
  return [
    valuesAt(spec, 'values'),
    valuesAt(spec, 'unvalidatedValues'),
  ].reduce<Values>(mergeValues, beside);
}

function installIstiod(
  component: Values,
  values: Values,
  usual: string,
): Installed {
  const namespace = textAt(component, 'namespace') ?? usual;
  const tag = textAt(component, 'tag');
  const objects = renderIstiod({
    namespace,
    values: mergeValues(values, tag === undefined ? {} : { tag }),
    environment: asList(valueAt(component, 'k8s', 'env')),
  });
  return withoutOverlaid(component, objects);
}

function installGateways(
  spec: Values,
  values: Values,
  usual: string,
  direction: Direction,
  isUsual: boolean,
): Installed {
  const { component, chart, defaults } = direction;
  const ofChart = mergeValues(defaults, valuesAt(values, 'gateways', chart));
  const written = valueAt(spec, 'components', component);
  // A list takes the place of the profile's.
  const gateways =
    written === undefined
      ? [{ name: chart, enabled: isUsual }]
      : asList(written);
  const enabled = gateways.filter(
    gateway => isEnabled(gateway, true) || valueAt(ofChart, 'enabled') === true,
  );
  return unite(
    enabled.map(gateway =>
      withoutOverlaid(
        gateway,
        renderIngressGateway({
          namespace: textAt(gateway, 'namespace') ?? usual,
          values: valuesOfGateway(gateway, direction, ofChart),
        }),
      ),
    ),
  );
}

/** Values of one gateway of the list: its labels and ports take the place of what all of its direction have. */
function valuesOfGateway(
  gateway: Values,
  { chart, defaults }: Direction,
  ofChart: Values,
): Values {
  const ports = valueAt(gateway, 'k8s', 'service', 'ports');
  return {
    ...ofChart,
    name: textAt(gateway, 'name') ?? chart,
    labels: mergeValues(
      valuesAt(defaults, 'labels'),
      valuesAt(gateway, 'label'),
    ),
    podAnnotations: mergeValues(
      valuesAt(ofChart, 'podAnnotations'),
      valuesAt(gateway, 'k8s', 'podAnnotations'),
    ),
    ...(ports === undefined ? {} : { ports }),
  };
}

function isEnabled(component: Values, byDefault: boolean): boolean {
  const value = valueAt(component, 'enabled');
  return value === undefined ? byDefault : value === true || value === 'true';
}
