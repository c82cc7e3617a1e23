#!/usr/bin/env node
// Bundled by bin/build.mjs when the package is packed. In the repository: yarn istio-jwt.
require('../dist/cli.cjs');
