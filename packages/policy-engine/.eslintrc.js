module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      // Fixtures are parts of tests that stand beside what they show.
      files: ['src/**/*.fixture.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
  ],
});
