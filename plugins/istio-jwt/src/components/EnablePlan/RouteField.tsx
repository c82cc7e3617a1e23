import { Radio, RadioGroup, Select, Text, TextField } from '@backstage/ui';
import {
  EnablementGatewayOption,
  EnablementServiceOption,
} from 'backstage-plugin-istio-jwt-common';
import { DraftProblems, RouteDraft } from './draft';
import styles from './EnablePlan.module.css';

/** Whether ways in that are there are meant, or one that is to be created, and where. */
export function RouteField({
  service,
  route,
  problems,
  onChange,
}: {
  service: EnablementServiceOption;
  route: RouteDraft;
  problems: DraftProblems;
  onChange: (route: RouteDraft) => void;
}) {
  const { gateways, ports } = service;
  const gateway = gateways.find(({ id }) => id === route.gateway);
  return (
    <div className={styles.field}>
      <RadioGroup
        label="What is to require a token"
        value={route.isWanted ? 'new' : 'existing'}
        onChange={value => onChange({ ...route, isWanted: value === 'new' })}
      >
        <Radio value="existing">Ways in that are there</Radio>
        <Radio value="new">
          A new host at a gateway: the plan creates its route
        </Radio>
      </RadioGroup>
      {route.isWanted && (
        <>
          <Select
            label="Gateway"
            placeholder="Choose a gateway"
            value={route.gateway || null}
            options={gateways.map(each => ({
              id: each.id,
              label: describeGateway(each),
            }))}
            isInvalid={problems.gateway !== undefined}
            onChange={key =>
              onChange({ ...route, gateway: key === null ? '' : String(key) })
            }
          />
          {problems.gateway && (
            <Text as="p" variant="body-small" color="danger">
              {problems.gateway}
            </Text>
          )}
          <TextField
            label="Host"
            description={describeHosts(gateway)}
            value={route.host}
            validationBehavior="aria"
            validate={() => problems.host ?? null}
            autoComplete="off"
            spellCheck="false"
            onChange={host => onChange({ ...route, host })}
          />
          {ports.length > 1 && (
            <Select
              label="Port of the service"
              value={String(route.port)}
              options={ports.map(({ port, name }) => ({
                id: String(port),
                label: name ? `${port} (${name})` : String(port),
              }))}
              onChange={key => onChange({ ...route, port: Number(key) })}
            />
          )}
          <Text as="p" variant="body-small" color="secondary">
            The policies are written first and seen to work; the route comes
            last, so that the host never answers without a token.
          </Text>
        </>
      )}
    </div>
  );
}

function describeGateway({
  by,
  namespace,
  name,
  listener,
  port,
  protocol,
}: EnablementGatewayOption): string {
  const place = `${namespace}/${name}`;
  const address = `${protocol}, port ${port}`;
  switch (by) {
    case 'gateway-api':
      return `${place}, listener ${listener} (${address}; HTTPRoute)`;
    case 'istio':
      return `${place} (${address}; VirtualService)`;
    default:
      return `Workload ${place} (${address}; an Istio Gateway of its own and a VirtualService)`;
  }
}

function describeHosts(gateway: EnablementGatewayOption | undefined): string {
  if (!gateway) return 'Exact, such as shop.example.com.';
  const { allowedHosts, hosts } = gateway;
  const takes = hosts.includes('*') ? '' : ` The gateway takes ${join(hosts)}.`;
  return `The portal may create ${join(allowedHosts)}.${takes}`;
}

function join(hosts: string[]): string {
  const [shown, more] = [hosts.slice(0, 5), hosts.length - 5];
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
