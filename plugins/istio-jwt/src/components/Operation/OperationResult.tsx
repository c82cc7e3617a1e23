import { Alert, Link } from '@backstage/ui';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { describeIntent } from '../../format/describeIntent';
import { finishSentence } from '../../format/finishSentence';
import { formatAbsolute } from '../../format/formatTime';
import { Prose } from '../Prose';
import { countEvidence } from './countEvidence';

/** How an operation ended, or what it waits for. */
export function OperationResult({ enablement }: { enablement: Enablement }) {
  const { phase, intent, outcome, approval, cancelRequested } = enablement;
  const why = outcome && <Prose text={finishSentence(outcome)} />;
  switch (phase) {
    case 'done':
      return (
        <Alert
          role="status"
          status="success"
          icon
          title={describeIntent(intent).done}
          description={
            <>
              {why} {describeProof(enablement)}
            </>
          }
        />
      );
    case 'rolled-back':
      return (
        <Alert
          role="status"
          status="warning"
          icon
          title="Rolled back: everything is as it was before"
          description={why}
        />
      );
    case 'failed':
      return (
        <Alert
          role="alert"
          status="danger"
          icon
          title="Failed, and not everything could be taken back"
          description={why}
        />
      );
    case 'awaiting-approval':
      return (
        <Alert
          role="status"
          status="info"
          icon
          title={
            approval.required
              ? `Waits for an approval by somebody with ${approval.permission}`
              : 'Waits for an approval'
          }
          description={
            approval.required ? (
              <Prose text={finishSentence(approval.reason)} />
            ) : undefined
          }
        />
      );
    case 'declined':
      return (
        <Alert
          role="status"
          status="warning"
          icon
          title="Declined: nothing was written"
          description={why}
        />
      );
    case 'held':
      return <Held enablement={enablement} />;
    case 'proposed':
      return <Proposed enablement={enablement} />;
    case 'withdrawn':
    case 'expired':
      return (
        <Alert
          role="status"
          status="warning"
          icon
          title={
            phase === 'withdrawn'
              ? 'Withdrawn: nobody waits for it any more'
              : 'Expired: it was not merged and proved in time'
          }
          description={why}
        />
      );
    case 'rolling-back':
      return (
        <Alert
          role="status"
          status="warning"
          isPending
          title="What was written is being taken back"
          description={why}
        />
      );
    default:
      return cancelRequested ? (
        <Alert
          role="status"
          status="warning"
          isPending
          title="It is about to stop, and to take back what it wrote"
        />
      ) : null;
  }
}

function Proposed({
  enablement: { outcome, proposal },
}: {
  enablement: Enablement;
}) {
  return (
    <Alert
      role="status"
      status="info"
      icon
      title="Waits until it is merged, and stands in the cluster"
      description={
        <>
          {outcome && <Prose text={finishSentence(outcome)} />}
          {proposal && (
            <>
              {' '}
              It is waited for until {formatAbsolute(proposal.expiresAt)}.{' '}
              {proposal.url && (
                <Link href={proposal.url} target="_blank" rel="noreferrer">
                  {nameAddress(proposal.url)}
                </Link>
              )}
            </>
          )}
        </>
      }
    />
  );
}

function Held({
  enablement: { hold, canEnforce },
}: {
  enablement: Enablement;
}) {
  if (!hold) return null;
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title="Held before anything is enforced: somebody has to decide"
      description={
        <>
          <Prose text={finishSentence(hold.reason)} />{' '}
          {canEnforce
            ? 'Have it enforced, or give it up.'
            : 'Those with istio-jwt.enablement.create, usually the owners of this entity, can have it enforced or give it up.'}{' '}
          Without a decision it is taken back after{' '}
          {formatAbsolute(hold.expiresAt)}; until then no other operation works
          on this gateway.
        </>
      }
    />
  );
}

/** An address as people know it: where it leads, without what comes before. */
function nameAddress(url: string): string {
  return url.replace(/^https?:\/\//, '');
}

/** What the proof rests on, the gaps included. */
function describeProof(enablement: Enablement): string {
  const { agrees, disagrees, untold } = countEvidence(enablement);
  const gaps =
    untold > 0 ? ` ${untold} could not tell; see them in the steps.` : '';
  if (agrees + disagrees + untold === 0) {
    return 'No probe was sent, so that it rests on the configuration alone.';
  }
  return `${agrees} of ${
    agrees + disagrees + untold
  } probes were answered as predicted.${gaps}`;
}
