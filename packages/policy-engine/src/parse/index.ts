export { parseObjects } from './parseObjects';
export { parseYaml } from './parseYaml';
export { validateResource, refOf, apiGroup } from './validateResource';
