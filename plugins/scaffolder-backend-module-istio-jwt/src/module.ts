import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createPlanAction } from './actions/createPlanAction';
import { createProposeAction } from './actions/createProposeAction';
import { createWritePoliciesAction } from './actions/createWritePoliciesAction';
import { PlansClient } from './api/PlansClient';

/**
 * The actions `istio-jwt:plan`, `istio-jwt:write-policies` and `istio-jwt:propose`.
 *
 * @public
 */
export const scaffolderModuleIstioJwt = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'istio-jwt',
  register(reg) {
    reg.registerInit({
      deps: {
        scaffolder: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        discovery: coreServices.discovery,
      },
      async init({ scaffolder, auth, discovery }) {
        const plans = new PlansClient({ auth, discovery });
        scaffolder.addActions(
          createPlanAction(plans),
          createWritePoliciesAction(plans),
          createProposeAction(plans),
        );
      },
    });
  },
});
