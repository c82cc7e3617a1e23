import {
  EnablementOptions,
  EnablementPhase,
} from 'backstage-plugin-istio-jwt-common';

/** What can be done next about requiring a token. */
export type EnableChoice =
  /** Nothing, or nothing is known. */
  | { kind: 'none' }
  | { kind: 'enable' }
  | { kind: 'refused'; reason: string }
  | { kind: 'follow'; enablementId: string; phase: EnablementPhase };

/** @param place - a card says only what its reader can act on */
export function chooseAction(
  options: EnablementOptions | undefined,
  place: 'card' | 'tab',
): EnableChoice {
  if (!options) {
    return { kind: 'none' };
  }
  const { running, services, enabled, canCreate } = options;
  if (running) {
    return {
      kind: 'follow',
      enablementId: running.enablementId,
      phase: running.phase,
    };
  }
  const isOpen = services.some(({ waysIn }) =>
    waysIn.some(({ state }) => state !== 'enforced'),
  );
  if (!enabled) {
    return isOpen && place === 'tab'
      ? {
          kind: 'refused',
          reason: 'The portal’s configuration does not allow it.',
        }
      : { kind: 'none' };
  }
  const canChoose = services.some(
    ({ waysIn, gateways }) =>
      waysIn.some(
        ({ state, disabledReason }) =>
          state !== 'enforced' && disabledReason === undefined,
      ) ||
      // A route can be created where there is none.
      (gateways.length > 0 && !waysIn.some(({ kind }) => kind === 'gateway')),
  );
  if (isOpen && !canCreate) {
    return {
      kind: 'refused',
      reason:
        'Only those with the permission istio-jwt.enablement.create, usually the owners of this entity, may require a token.',
    };
  }
  if (canChoose) {
    return { kind: 'enable' };
  }
  const [reason] = services.flatMap(({ waysIn }) =>
    waysIn.flatMap(({ state, disabledReason }) =>
      state !== 'enforced' && disabledReason ? [disabledReason] : [],
    ),
  );
  return isOpen && reason && place === 'tab'
    ? { kind: 'refused', reason }
    : { kind: 'none' };
}

/** Ids of the enablements that stand and that the caller may take back now. */
export function listInForce(options: EnablementOptions | undefined): string[] {
  return options?.enabled && options.canCreate && !options.running
    ? options.services.flatMap(({ inForce }) => inForce?.enablementId ?? [])
    : [];
}
