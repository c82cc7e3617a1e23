type Fields = Record<string, unknown>;

/**
 * Drops what decides no request, while reading: a mesh has more Pods than anything else, and their
 * full form holds environment variables that are nobody's business here.
 */
export function trimObject(object: Fields): Fields {
  const metadata = asFields(object.metadata);
  const { managedFields, ...kept } = metadata;
  const trimmed: Fields = { ...object, metadata: kept };
  if (object.kind !== 'Pod') return trimmed;
  const spec = asFields(object.spec);
  return {
    ...trimmed,
    spec: {
      ...spec,
      volumes: undefined,
      containers: trimContainers(spec.containers),
      initContainers: trimContainers(spec.initContainers),
    },
    status: undefined,
  };
}

function trimContainers(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map(container => {
    const { name, image, args, ports, restartPolicy } = asFields(container);
    return { name, image, args, ports, restartPolicy };
  });
}

function asFields(value: unknown): Fields {
  return value !== null && typeof value === 'object' ? (value as Fields) : {};
}
