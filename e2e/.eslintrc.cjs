module.exports = {
  root: true,
  extends: [require.resolve('@backstage/cli/config/eslint.backend')],
};
