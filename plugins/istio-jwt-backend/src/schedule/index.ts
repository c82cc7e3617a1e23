export * from './DatabaseScheduleStore';
export * from './startSchedule';
