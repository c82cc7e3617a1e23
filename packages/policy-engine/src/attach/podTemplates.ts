import { Resource } from '../model';
import { ContainerSpec, PodSpec } from '../parse/specs';
import { stringRecord } from './labels';

/** Kinds that make Pods. Clusters are not asked for them: there the Pods tell. */
export const TEMPLATE_KINDS = [
  ...['Deployment', 'StatefulSet', 'DaemonSet'],
  ...['ReplicaSet', 'ReplicationController', 'Job', 'CronJob'],
  // Of Argo Rollouts, in place of a Deployment.
  'Rollout',
];

/** The Pods that an object would make. */
export interface PodTemplate {
  /** Of the object that a person wrote. */
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: PodSpec;
}

interface TemplateSpec {
  metadata?: { labels?: unknown; annotations?: unknown };
  spec?: unknown;
}

interface MakerSpec {
  replicas?: unknown;
  template?: TemplateSpec;
  jobTemplate?: { spec?: { template?: TemplateSpec } };
}

/** Undefined for an object that has no template, and for one that is kept as history alone. */
export function podTemplateOf(resource: Resource): PodTemplate | undefined {
  const { kind, metadata } = resource;
  const spec = (resource.spec ?? {}) as MakerSpec;
  const template =
    kind === 'CronJob' ? spec.jobTemplate?.spec?.template : spec.template;
  if (!template || typeof template !== 'object') return undefined;
  const owner = ownerName(resource);
  if (owner !== undefined && isHistory(resource)) return undefined;
  return {
    name: owner ?? metadata.name,
    labels: stringRecord(template.metadata?.labels),
    annotations: stringRecord(template.metadata?.annotations),
    spec: asPodSpec(template.spec),
  };
}

/** A Deployment keeps its former ReplicaSets with no Pods, a CronJob its Jobs that have ended. */
function isHistory({ kind, spec, status }: Resource): boolean {
  const { completionTime } = (status ?? {}) as { completionTime?: unknown };
  return kind === 'Job'
    ? completionTime !== undefined
    : (spec as MakerSpec).replicas === 0;
}

function ownerName({ metadata }: Resource): string | undefined {
  const owners: unknown = metadata.ownerReferences;
  const name = Array.isArray(owners) ? owners[0]?.name : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** What of a Pod's spec can be read: nobody validates templates. */
export function asPodSpec(value: unknown): PodSpec {
  if (!value || typeof value !== 'object') return {};
  const spec = value as PodSpec;
  return {
    ...spec,
    containers: listOf(spec.containers),
    initContainers: listOf(spec.initContainers),
  };
}

function listOf(containers: unknown): ContainerSpec[] {
  return Array.isArray(containers)
    ? containers.filter(item => item !== null && typeof item === 'object')
    : [];
}
