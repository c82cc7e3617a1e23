export { MismatchView } from './MismatchView';
export { listLikelyCauses } from './listLikelyCauses';
