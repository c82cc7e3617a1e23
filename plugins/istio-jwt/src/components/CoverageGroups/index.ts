export * from './GroupsView';
