import { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { EnablementCalls } from '../service/EnablementCalls';
import { StatusParts } from '../service/readStatus';
import { registerOperationAction } from './operationAction';
import { registerPlanAction } from './planAction';
import { registerStartActions } from './startActions';
import { registerStatusAction } from './statusAction';

export interface ActionParts {
  actionsRegistry: ActionsRegistryService;
  status: StatusParts;
  calls: EnablementCalls;
}

/**
 * Offers the plugin to whatever calls actions: clients of the Model Context Protocol, templates, other
 * plugins. Each action is one call of the HTTP API, with the same permissions, audit events and
 * quotas, for the caller whose credentials come with it.
 */
export function registerActions(parts: ActionParts): void {
  registerStatusAction(parts);
  registerPlanAction(parts);
  registerStartActions(parts);
  registerOperationAction(parts);
}
