/** Jest as it is, without the tests that take minutes when they are repeated for every mutant. */
module.exports = async () => {
  const config = await require('@backstage/cli/config/jest');
  const leaveOut = [
    '\\.properties\\.test\\.ts$',
    '/src/cli/',
    '/analyse/docs\\.test',
    '/\\.stryker-tmp/sandbox-[^/]+/\\.stryker-tmp/',
  ];
  const projects = config.projects ?? [config];
  projects.forEach(project => {
    project.testPathIgnorePatterns = (
      project.testPathIgnorePatterns ?? ['/node_modules/']
    ).concat(leaveOut);
  });
  return config;
};
