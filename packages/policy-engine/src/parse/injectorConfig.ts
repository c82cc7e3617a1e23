import { Resource } from '../model';
import { readLabelSelectors } from './labelSelectors';
import { readDocument } from './meshDocument';
import { Reader } from './reader';
import { LabelSelectorSpec } from './specs';

/** What istiod's injector goes by where a Pod does not say itself (Config of Istio's pkg/kube/inject/inject.go). */
export interface InjectorConfig {
  /** Anything but `enabled` and `disabled` injects nothing at all. */
  policy: string;
  always: readonly LabelSelectorSpec[];
  never: readonly LabelSelectorSpec[];
}

/** Whether an object is a ConfigMap that an injector reads: `istio-sidecar-injector`, or one per revision. */
export function isInjectorConfig({ kind, metadata }: Resource): boolean {
  return (
    kind === 'ConfigMap' && /^istio-sidecar-injector(-.+)?$/.test(metadata.name)
  );
}

/** Reads `data.config` of such a ConfigMap. What is wrong with it goes to the reader. */
export function readInjectorConfig(
  { data }: Resource & { data?: unknown },
  reader: Reader,
): InjectorConfig {
  const at = 'data.config';
  const text = reader.string(reader.object(data, 'data')?.config, at);
  if (text === undefined) reader.report(at, 'must be set');
  const fields = readDocument(text ?? '', reader, at) ?? {};
  const selectors = (field: string) =>
    readLabelSelectors(fields[field], `${at}.${field}`, reader);
  return {
    policy: reader.string(fields.policy, `${at}.policy`) ?? '',
    always: selectors('alwaysInjectSelector'),
    never: selectors('neverInjectSelector'),
  };
}
