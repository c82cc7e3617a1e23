export { NotifyOwnersButton } from './NotifyOwnersButton';
