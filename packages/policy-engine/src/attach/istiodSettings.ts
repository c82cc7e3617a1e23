import { ProxyRef } from '../model';
import {
  IstiodSwitch,
  ISTIOD_SWITCHES,
  ISTIOD_TEXTS,
} from '../parse/istiodSettings';
import { isFalse, isTrue } from '../parse/isTrue';
import { Family, sameData } from '../queries/queries';
import { istiodContainerOf, istiodsOf } from './istiods';
import type { Mesh } from './Mesh';
import { GATEWAY_NAME_LABEL } from './policies';

const SETTINGS = new Family();

const NOTHING: readonly string[] = [];

type Setting<T> = T | 'unknown';

/** What the istiods of a mesh have set; `unknown` where they differ, or take it from elsewhere. */
interface Settings {
  switches: Readonly<Record<IstiodSwitch, Setting<boolean>>>;
  /** Names of those of which one is not empty. */
  texts: readonly string[];
}

/** Switches without which a proxy is told otherwise, or nothing, in ways that are not followed. */
const NEEDED: readonly [IstiodSwitch, (proxy: ProxyRef) => boolean][] = [
  ['PILOT_ENABLE_AMBIENT', isAmbient],
  ['PILOT_ENABLE_AMBIENT_WAYPOINTS', isWaypoint],
  ['ENABLE_INGRESS_WAYPOINT_ROUTING', isWaypoint],
  [
    'PILOT_ENABLE_GATEWAY_API',
    proxy => isWaypoint(proxy) || isApiGateway(proxy),
  ],
  ['ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY', isApiGateway],
];

/**
 * A switch of the environment of all istiods of a mesh; `undefined` where no istiod's environment is among the
 * objects, so that what istiod does by default is all there is to go by.
 */
export function readSwitch(
  mesh: Mesh,
  name: IstiodSwitch,
): Setting<boolean> | undefined {
  return settingsOf(mesh)?.switches[name];
}

/** What istiods have set by which it cannot be told what they make of a proxy; one sentence each. */
export function settingsAgainst(
  mesh: Mesh,
  proxy: ProxyRef,
): readonly string[] {
  const settings = settingsOf(mesh);
  if (!settings) return NOTHING;
  return [
    ...settings.texts.map(
      name =>
        `istiod has ${name}, and what it then tells proxies is not followed`,
    ),
    ...NEEDED.flatMap(([name, isFor]) =>
      isFor(proxy) ? doubtBy(name, settings.switches[name]) : [],
    ),
  ];
}

function doubtBy(name: IstiodSwitch, value: Setting<boolean>): string[] {
  switch (value) {
    case true:
      return [];
    case false:
      return [
        `istiod has ${name} off, and what it then tells this proxy is not followed`,
      ];
    default:
      return [
        `whether istiod has ${name} on, without which it tells this proxy something else, is not known`,
      ];
  }
}

function settingsOf(mesh: Mesh): Settings | undefined {
  return mesh.queries.getOne(SETTINGS, () => readSettings(mesh), sameData);
}

function readSettings(mesh: Mesh): Settings | undefined {
  const containers = istiodsOf(mesh).flatMap(
    istiod => istiodContainerOf(istiod) ?? [],
  );
  if (containers.length === 0) return undefined;
  const valuesOf = (name: string) =>
    containers.map(({ env }) =>
      Array.isArray(env) ? env.find(item => item?.name === name) : undefined,
    );
  const entries = Object.entries(ISTIOD_SWITCHES).map(([name, byDefault]) => {
    const [value, ...others] = valuesOf(name).map(item =>
      toSwitch(item, byDefault),
    );
    return [name, others.every(other => other === value) ? value : 'unknown'];
  });
  return {
    switches: Object.fromEntries(entries),
    texts: ISTIOD_TEXTS.filter(name =>
      valuesOf(name).some(item => item && !isEmpty(item)),
    ),
  };
}

interface EnvVar {
  value?: unknown;
  valueFrom?: unknown;
}

/** As Istio reads it: what is no truth value counts as not set (pkg/env). */
function toSwitch(
  item: EnvVar | undefined,
  byDefault: boolean,
): Setting<boolean> {
  if (!item) return byDefault;
  const { value = '', valueFrom } = item;
  if (valueFrom !== undefined || typeof value !== 'string') return 'unknown';
  if (isTrue(value)) return true;
  return isFalse(value) ? false : byDefault;
}

function isEmpty({ value = '', valueFrom }: EnvVar): boolean {
  return valueFrom === undefined && value === '';
}

function isWaypoint({ kind }: ProxyRef): boolean {
  return kind === 'waypoint';
}

function isAmbient({ kind }: ProxyRef): boolean {
  return kind === 'waypoint' || kind === 'ztunnel';
}

function isApiGateway({ kind, labels }: ProxyRef): boolean {
  return kind === 'gateway' && GATEWAY_NAME_LABEL in labels;
}
