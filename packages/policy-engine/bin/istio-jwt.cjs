#!/usr/bin/env node
// A mesh lives as long as the command: a large young generation would only cost memory.
require('node:v8').setFlagsFromString('--max-semi-space-size=8');
// Bundled by bin/build.mjs when the package is packed. In the repository: yarn istio-jwt.
require('../dist/cli.cjs');
