export { parseObjects } from './parseObjects';
export { parseYaml } from './parseYaml';
export { validateResource, refOf, nameOf, apiGroup } from './validateResource';
