export { nameOf, refOf, validateResource } from './validateResource';
