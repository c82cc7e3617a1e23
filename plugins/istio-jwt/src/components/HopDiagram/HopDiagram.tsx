import { Badge, Text } from '@backstage/ui';
import {
  RiBox3Line,
  RiComputerLine,
  RiDoorOpenLine,
  RiRouteLine,
  RiShieldUserLine,
} from '@remixicon/react';
import { WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { AttachedPolicy, Hop } from 'istio-jwt-policy-engine';
import { ReactNode } from 'react';
import { describeWayIn } from '../../format/describeWayIn';
import { keyOfResource } from '../../format/describeResource';
import styles from './HopDiagram.module.css';

const PROXY_NAMES: Record<Hop['proxy']['kind'], string> = {
  gateway: 'Gateway',
  sidecar: 'Sidecar',
  waypoint: 'Waypoint',
  ztunnel: 'ztunnel',
  none: 'No proxy',
};

/** The path of a request from the client to the service, with what each proxy holds against it. */
export function HopDiagram({ wayIn }: { wayIn: WayInStatus }) {
  const gateways = wayIn.hops.filter(({ proxy }) => proxy.kind === 'gateway');
  const inner = wayIn.hops.filter(({ proxy }) => proxy.kind !== 'gateway');
  return (
    <div className={styles.container}>
      <ol
        className={styles.path}
        aria-label={`Path of a request to ${describeWayIn(wayIn)}`}
      >
        <Step icon={<RiComputerLine aria-hidden />} kind="Client">
          {describeClient(wayIn)}
        </Step>
        {gateways.map((hop, index) => (
          <ProxyStep key={index} hop={hop} />
        ))}
        {wayIn.route && (
          <Step icon={<RiRouteLine aria-hidden />} kind={wayIn.route.kind}>
            {qualify(wayIn.route)}
          </Step>
        )}
        {inner.map((hop, index) => (
          <ProxyStep key={index} hop={hop} />
        ))}
        {wayIn.hops.length === 0 && (
          <Step icon={<RiDoorOpenLine aria-hidden />} kind="No proxy">
            Nothing on the way looks at a token
          </Step>
        )}
        {wayIn.destination && (
          <Step icon={<RiBox3Line aria-hidden />} kind="Service">
            {qualify(wayIn.destination)}, port {wayIn.destination.port}
          </Step>
        )}
      </ol>
    </div>
  );
}

function ProxyStep({ hop }: { hop: Hop }) {
  const { proxy, port, policies } = hop;
  return (
    <Step
      icon={
        proxy.kind === 'gateway' ? (
          <RiDoorOpenLine aria-hidden />
        ) : (
          <RiShieldUserLine aria-hidden />
        )
      }
      kind={PROXY_NAMES[proxy.kind] ?? proxy.kind}
    >
      {qualify(proxy)}, port {port}
      {hop.protocol === 'tcp' && ' (TCP: no token can be seen)'}
      {policies.length > 0 ? (
        <ul className={styles.policies} aria-label="Policies">
          {policies.map(policy => (
            <li key={keyOfResource(policy.ref)}>
              <PolicyTag policy={policy} />
            </li>
          ))}
        </ul>
      ) : (
        <Text
          as="p"
          variant="body-small"
          color="secondary"
          className={styles.none}
        >
          No policies
        </Text>
      )}
    </Step>
  );
}

function PolicyTag({ policy }: { policy: AttachedPolicy }) {
  const what =
    policy.ref.kind === 'RequestAuthentication'
      ? 'Validate'
      : policy.action ?? policy.ref.kind;
  return (
    <span
      className={styles.policy}
      title={`${policy.ref.kind} ${qualify(policy.ref)}`}
    >
      <span className={styles.action} data-action={policy.action}>
        {what}
      </span>
      <span className={styles.policyName}>{policy.ref.name}</span>
      {policy.dryRun && <Badge>dry run</Badge>}
    </span>
  );
}

function Step({
  icon,
  kind,
  children,
}: {
  icon: ReactNode;
  kind: string;
  children: ReactNode;
}) {
  return (
    <li className={styles.step}>
      <div className={styles.box}>
        <span className={styles.kind}>
          {icon}
          {kind}
        </span>
        <div className={styles.detail}>{children}</div>
      </div>
    </li>
  );
}

function describeClient({
  kind,
  callerIdentity,
  requiredHeaders = {},
}: WayInStatus): string {
  // A proxy before the gateway, which is trusted to say how the client came.
  const by = Object.entries(requiredHeaders).map(
    ([name, value]) => `, by a proxy that sends ${name}: ${value}`,
  );
  const where =
    kind === 'gateway' ? `Outside the mesh${by.join('')}` : 'Inside the mesh';
  switch (callerIdentity) {
    case 'required':
      return `${where}, mutual TLS required`;
    case 'optional':
      return `${where}, mutual TLS or plain text`;
    case 'none':
      return `${where}, no mutual TLS`;
    default:
      return where;
  }
}

function qualify({ namespace, name }: { namespace?: string; name: string }) {
  return namespace ? `${namespace}/${name}` : name;
}
