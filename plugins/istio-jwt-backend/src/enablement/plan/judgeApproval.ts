import { istioJwtEnablementApprovePermission } from 'backstage-plugin-istio-jwt-common';
import { EnablementConfig } from '../../config';
import { Operation } from '../operation';
import { OperationPlan } from './OperationPlan';

/** Whether somebody has to approve a plan, by how many others stand on the same proxies. */
export function judgeApproval(
  config: EnablementConfig,
  hosts: number,
  { neighbours, effects }: Pick<OperationPlan, 'neighbours' | 'effects'>,
): Operation['approval'] {
  const { otherHosts, allowSelf } = config.approval;
  const listed = effects.filter(({ isTarget }) => !isTarget).length;
  // Of neighbours that a plan leaves out, each may have a host of its own.
  const omitted = neighbours - listed;
  return hosts + omitted > otherHosts
    ? {
        required: true,
        permission: istioJwtEnablementApprovePermission.name,
        reason: `It touches proxies that serve ${
          omitted > 0 ? 'more than ' : ''
        }${hosts} other ${
          hosts === 1 ? 'host' : 'hosts'
        }; above ${otherHosts}, somebody with ${
          istioJwtEnablementApprovePermission.name
        }${allowSelf ? '' : ', other than who asks,'} has to approve.`,
      }
    : { required: false };
}
