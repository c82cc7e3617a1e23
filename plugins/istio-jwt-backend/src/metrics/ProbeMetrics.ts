import {
  MetricAttributes,
  MetricsService,
  MetricsServiceCounter,
  MetricsServiceHistogram,
} from '@backstage/backend-plugin-api/alpha';
import {
  Observation,
  ProbeRun,
  STARTED_BY_SCHEDULE,
} from 'backstage-plugin-istio-jwt-common';

/** Seconds; a run of all vectors over a slow gateway takes minutes. */
const DURATION_BUCKETS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
/** Seconds; a round that lags by its own interval has to be looked at. */
const LAG_BUCKETS = [1, 5, 10, 30, 60, 300, 900, 1800, 3600, 7200];
const MAX_NAME_LENGTH = 256;

/** `service` is the one label with free text: namespace and name of a Kubernetes Service. */
interface ProbeAttributes extends MetricAttributes {
  service: string;
  result: Observation['result'];
}

interface RunAttributes extends MetricAttributes {
  status: ProbeRun['status'];
  trigger: 'schedule' | 'person';
}

interface RoundAttributes extends MetricAttributes {
  result: 'complete' | 'overrun';
}

interface BackOffAttributes extends MetricAttributes {
  status: '429' | '5xx';
}

/** OpenTelemetry metrics of probes and rounds. No token, host or path is a label. */
export class ProbeMetrics {
  private readonly probes: MetricsServiceCounter<ProbeAttributes>;
  private readonly runDuration: MetricsServiceHistogram<RunAttributes>;
  private readonly rounds: MetricsServiceCounter<RoundAttributes>;
  private readonly lag: MetricsServiceHistogram;
  private readonly backOffs: MetricsServiceCounter<BackOffAttributes>;

  constructor(metrics: MetricsService) {
    this.probes = metrics.createCounter('istio_jwt.probes', {
      description: 'Probes by the result of their answer',
      unit: '{probe}',
    });
    this.runDuration = metrics.createHistogram('istio_jwt.probe_run.duration', {
      description: 'How long probe runs took',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    });
    this.rounds = metrics.createCounter('istio_jwt.schedule.rounds', {
      description: 'Scheduled rounds that ended',
      unit: '{round}',
    });
    this.lag = metrics.createHistogram('istio_jwt.schedule.lag', {
      description: 'Time from the turn of an entity to its begin',
      unit: 's',
      advice: { explicitBucketBoundaries: LAG_BUCKETS },
    });
    this.backOffs = metrics.createCounter('istio_jwt.gateway.backoffs', {
      description: 'Pauses that a gateway was given',
      unit: '{pause}',
    });
  }

  noteRun(run: ProbeRun): void {
    if (run.status === 'running') {
      return;
    }
    for (const { service, result } of run.observations) {
      this.probes.add(1, {
        service: `${service?.namespace}/${service?.name}`.slice(
          0,
          MAX_NAME_LENGTH,
        ),
        result,
      });
    }
    const endedAt = Date.parse(run.finishedAt ?? '');
    const seconds = (endedAt - Date.parse(run.startedAt)) / 1000;
    if (seconds >= 0) {
      this.runDuration.record(seconds, {
        status: run.status,
        trigger: run.startedBy === STARTED_BY_SCHEDULE ? 'schedule' : 'person',
      });
    }
  }

  noteRound(result: RoundAttributes['result']): void {
    this.rounds.add(1, { result });
  }

  noteLag(lagMs: number): void {
    this.lag.record(lagMs / 1000);
  }

  noteBackOff({ status }: { status: number }): void {
    this.backOffs.add(1, { status: status === 429 ? '429' : '5xx' });
  }
}
