// Written by scripts/embed-openapi.mjs from src/schema/openapi.yaml. Do not edit.
import { createValidatedOpenApiRouterFromGeneratedEndpointMap } from '@backstage/backend-openapi-utils';
import { EndpointMap } from '../endpoints';

export const spec = {
  openapi: '3.1.0',
  info: {
    title: 'istio-jwt',
    version: '1',
    description:
      'JWT protection of catalog entities on Istio, and probes that check it.',
    license: {
      name: 'Apache-2.0',
      url: 'http://www.apache.org/licenses/LICENSE-2.0.html',
    },
  },
  servers: [{ url: '/' }],
  paths: {
    '/v1/clusters': {
      get: {
        operationId: 'GetClusters',
        description: 'How old the picture of each configured cluster is.',
        responses: {
          '200': {
            description: 'One element per cluster.',
            content: {
              'application/json': {
                schema: {
                  type: 'array',
                  items: { $ref: '#/components/schemas/ClusterFreshness' },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/status': {
      get: {
        operationId: 'GetEntityStatus',
        description: "What protects an entity's services, from memory.",
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
        ],
        responses: {
          '200': {
            description: 'The status.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/EntityStatus' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/history': {
      get: {
        operationId: 'GetEntityHistory',
        description:
          'Recorded changes of state of the entity, its services and their ways in, newest first.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/StateChange' },
                    },
                    nextCursor: { type: 'string' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/probe-runs': {
      get: {
        operationId: 'ListProbeRuns',
        description:
          'Runs of the entity, newest first, without their observations.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/ProbeRunSummary' },
                    },
                    nextCursor: { type: 'string' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      post: {
        operationId: 'CreateProbeRun',
        description:
          'Starts probes in the background. 409 while a run of the entity goes on, 429 right after one.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
        ],
        responses: {
          '202': {
            description: 'The run, just started.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/ProbeRun' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/probe-runs/{runId}': {
      get: {
        operationId: 'GetProbeRun',
        description: 'A run, with what is observed so far.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/runId' },
        ],
        responses: {
          '200': {
            description: 'The run.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/ProbeRun' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/probe-runs/{runId}/cancel': {
      post: {
        operationId: 'CancelProbeRun',
        description:
          'Stops a run. 409 where it is not going on in the replica that answers.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/runId' },
        ],
        responses: {
          '202': {
            description: 'The run, about to stop.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/ProbeRun' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablement-options': {
      get: {
        operationId: 'GetEnablementOptions',
        description:
          'What can be planned for the entity, and what the caller may do.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
        ],
        responses: {
          '200': {
            description: 'The options.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/EnablementOptions' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablement-plans': {
      post: {
        operationId: 'CreateEnablementPlan',
        description:
          'Plans an operation and keeps the plan for a while, bound to the caller and the entity. Writes nothing to the cluster. 429 above `enablement.quotas.plansPerMinute`, as whatever makes a plan.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/EnablementPlanRequest' },
            },
          },
        },
        responses: {
          '200': {
            description: 'The plan, or why there is none.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/EnablementPlan' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablement-plans/{planId}': {
      get: {
        operationId: 'GetEnablementPlan',
        description:
          "A plan of the caller's. 404 for a plan that is unknown, over or of somebody else; 409 where the configuration changed since.",
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/planId' },
        ],
        responses: {
          '200': {
            description: 'The plan, as it still is.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/EnablementPlan' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablement-plans/{planId}/proposal':
      {
        post: {
          operationId: 'ProposeEnablement',
          description:
            'Begins to wait for a plan that somebody else writes, such as by a pull request. 409 where the portal writes it itself.',
          parameters: [
            { $ref: '#/components/parameters/kind' },
            { $ref: '#/components/parameters/namespace' },
            { $ref: '#/components/parameters/name' },
            { $ref: '#/components/parameters/planId' },
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  $ref: '#/components/schemas/EnablementProposalRequest',
                },
              },
            },
          },
          responses: {
            '202': {
              description:
                'The operation, which waits until the objects stand in the cluster.',
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Enablement' },
                },
              },
            },
            default: { $ref: '#/components/responses/Error' },
          },
        },
      },
    '/v1/entities/{kind}/{namespace}/{name}/enablements': {
      get: {
        operationId: 'ListEnablements',
        description:
          'Operations of the entity, newest first, without their steps.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/EnablementSummary' },
                    },
                    nextCursor: { type: 'string' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      post: {
        operationId: 'CreateEnablement',
        description:
          'Starts a plan. 404 for a plan that is unknown, over or of somebody else; 409 where the configuration changed since, or where an operation of the entity or the gateway is going on.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/EnablementStart' },
            },
          },
        },
        responses: {
          '202': {
            description:
              'The operation, just started or waiting for an approval.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Enablement' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}': {
      get: {
        operationId: 'GetEnablement',
        description: 'An operation with its steps.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/enablementId' },
        ],
        responses: {
          '200': {
            description: 'The operation.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Enablement' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/cancel':
      {
        post: {
          operationId: 'CancelEnablement',
          description:
            'Stops an operation and takes back what it wrote. 409 where it is over.',
          parameters: [
            { $ref: '#/components/parameters/kind' },
            { $ref: '#/components/parameters/namespace' },
            { $ref: '#/components/parameters/name' },
            { $ref: '#/components/parameters/enablementId' },
          ],
          responses: {
            '202': {
              description: 'The operation, about to go back.',
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Enablement' },
                },
              },
            },
            default: { $ref: '#/components/responses/Error' },
          },
        },
      },
    '/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/approve':
      {
        post: {
          operationId: 'ApproveEnablement',
          description:
            'Lets an operation that waits for an approval begin. 409 where none waits, or the configuration changed since.',
          parameters: [
            { $ref: '#/components/parameters/kind' },
            { $ref: '#/components/parameters/namespace' },
            { $ref: '#/components/parameters/name' },
            { $ref: '#/components/parameters/enablementId' },
          ],
          responses: {
            '202': {
              description: 'The operation, about to begin.',
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Enablement' },
                },
              },
            },
            default: { $ref: '#/components/responses/Error' },
          },
        },
      },
    '/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/decline':
      {
        post: {
          operationId: 'DeclineEnablement',
          description:
            'Ends an operation that waits for an approval. Takes the permission to approve, on an operation of somebody else. 409 where none waits.',
          parameters: [
            { $ref: '#/components/parameters/kind' },
            { $ref: '#/components/parameters/namespace' },
            { $ref: '#/components/parameters/name' },
            { $ref: '#/components/parameters/enablementId' },
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  $ref: '#/components/schemas/EnablementDeclineRequest',
                },
              },
            },
          },
          responses: {
            '202': {
              description: 'The operation, which is over.',
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Enablement' },
                },
              },
            },
            default: { $ref: '#/components/responses/Error' },
          },
        },
      },
    '/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/plan': {
      get: {
        operationId: 'GetPlanOfEnablement',
        description:
          'What an operation that waits for an approval would do, planned again, for whoever may approve it. 409 where none waits, or the configuration changed since.',
        parameters: [
          { $ref: '#/components/parameters/kind' },
          { $ref: '#/components/parameters/namespace' },
          { $ref: '#/components/parameters/name' },
          { $ref: '#/components/parameters/enablementId' },
        ],
        responses: {
          '200': {
            description: 'The plan, as it still is.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/EnablementPlan' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/enforce':
      {
        post: {
          operationId: 'EnforceEnablement',
          description:
            'Has an operation go on that is held before it enforces anything. 409 where none is.',
          parameters: [
            { $ref: '#/components/parameters/kind' },
            { $ref: '#/components/parameters/namespace' },
            { $ref: '#/components/parameters/name' },
            { $ref: '#/components/parameters/enablementId' },
          ],
          responses: {
            '202': {
              description: 'The operation, going on.',
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Enablement' },
                },
              },
            },
            default: { $ref: '#/components/responses/Error' },
          },
        },
      },
    '/v1/coverage/services': {
      get: {
        operationId: 'ListCoverageServices',
        description: 'Services that the caller may see, a page at a time.',
        parameters: [
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/gatewayFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
          { $ref: '#/components/parameters/coverageSort' },
          { $ref: '#/components/parameters/coverageOrder' },
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/coverageCursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoveragePage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/summary': {
      get: {
        operationId: 'GetCoverageSummary',
        description: 'Services by state, and how it was 7 and 30 days ago.',
        parameters: [
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/gatewayFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
        ],
        responses: {
          '200': {
            description: 'The counts.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageSummary' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/trend': {
      get: {
        operationId: 'GetCoverageTrend',
        description: 'Services by state on each of the last days, in UTC.',
        parameters: [
          { $ref: '#/components/parameters/trendDays' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
        ],
        responses: {
          '200': {
            description:
              'One point per day; days without a record are told as gaps.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageTrend' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/groups': {
      get: {
        operationId: 'ListCoverageGroups',
        description: 'Services by state for each value of a column.',
        parameters: [
          { $ref: '#/components/parameters/groupBy' },
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/gatewayFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
        ],
        responses: {
          '200': {
            description: 'The groups.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageGroups' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/hosts': {
      get: {
        operationId: 'ListCoverageHosts',
        description:
          'Hosts of a gateway with the services that they lead to, worst first.',
        parameters: [
          {
            name: 'gateway',
            in: 'query',
            required: true,
            allowReserved: true,
            description: 'As cluster/namespace/name.',
            schema: { type: 'string', minLength: 1, maxLength: 500 },
          },
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/coverageCursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageHostPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/findings': {
      get: {
        operationId: 'ListCoverageFindings',
        description: 'Findings over all services.',
        parameters: [
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/gatewayFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
        ],
        responses: {
          '200': {
            description: 'One element per kind of finding.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageFindings' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/owner-notices': {
      get: {
        operationId: 'PreviewOwnerNotices',
        description:
          'Which owners of the services in view would be told to look at them. Sends nothing.',
        parameters: [
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/gatewayFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
        ],
        responses: {
          '200': {
            description: 'The owners.',
            content: {
              'application/json': {
                schema: {
                  $ref: '#/components/schemas/CoverageOwnerNoticePreview',
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      post: {
        operationId: 'SendOwnerNotices',
        description:
          'Has the owners of the services that a filter means told to look at them, each once. Takes the permission `istio-jwt.owners.notify`.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['filter', 'atMost'],
                properties: {
                  filter: { $ref: '#/components/schemas/CoverageFilter' },
                  atMost: { type: 'integer', minimum: 0, maximum: 1000000 },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'What became of it.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageOwnerNotice' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/coverage/export': {
      get: {
        operationId: 'ExportCoverage',
        description:
          'All services that a filter means, as a file that is written while it is read.',
        parameters: [
          {
            name: 'format',
            in: 'query',
            required: true,
            schema: { type: 'string', enum: ['csv', 'json', 'sarif'] },
          },
          { $ref: '#/components/parameters/q' },
          { $ref: '#/components/parameters/stateFilter' },
          { $ref: '#/components/parameters/ownerFilter' },
          { $ref: '#/components/parameters/systemFilter' },
          { $ref: '#/components/parameters/namespaceFilter' },
          { $ref: '#/components/parameters/clusterFilter' },
          { $ref: '#/components/parameters/issuerFilter' },
          { $ref: '#/components/parameters/soleIssuerFilter' },
          { $ref: '#/components/parameters/gatewayFilter' },
          { $ref: '#/components/parameters/findingFilter' },
          { $ref: '#/components/parameters/claimedFilter' },
        ],
        responses: {
          '200': {
            description: 'The file.',
            content: {
              'text/csv': { schema: { type: 'string' } },
              'application/json': { schema: {} },
              'application/sarif+json': { schema: {} },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/exceptions': {
      get: {
        operationId: 'ListExceptions',
        description:
          'Exceptions for services that the caller may see, newest first.',
        parameters: [
          {
            name: 'state',
            in: 'query',
            schema: {
              type: 'string',
              enum: ['requested', 'active', 'expired', 'revoked'],
            },
          },
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/CoverageException' },
                    },
                    nextCursor: { type: 'string' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      post: {
        operationId: 'CreateException',
        description:
          'Asks for an exception. It excepts nothing until somebody else approves it.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/CoverageExceptionRequest' },
            },
          },
        },
        responses: {
          '201': {
            description: 'The exception.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageException' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/v1/exceptions/{exceptionId}': {
      get: {
        operationId: 'GetException',
        description: 'An exception with all that happened to it.',
        parameters: [{ $ref: '#/components/parameters/exceptionId' }],
        responses: {
          '200': {
            description: 'The exception.',
            content: {
              'application/json': {
                schema: {
                  $ref: '#/components/schemas/CoverageExceptionDetail',
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      patch: {
        operationId: 'ChangeException',
        description:
          'Changes or approves an exception. 409 where somebody changed it meanwhile.',
        parameters: [{ $ref: '#/components/parameters/exceptionId' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/CoverageExceptionChange' },
            },
          },
        },
        responses: {
          '200': {
            description: 'The exception, changed.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageException' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      delete: {
        operationId: 'RevokeException',
        description:
          'Takes an exception back; its history is kept. 409 where somebody changed it meanwhile.',
        parameters: [
          { $ref: '#/components/parameters/exceptionId' },
          {
            name: 'revision',
            in: 'query',
            required: true,
            schema: { type: 'integer', minimum: 1 },
          },
        ],
        responses: {
          '200': {
            description: 'The exception, revoked.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CoverageException' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
  },
  components: {
    parameters: {
      kind: {
        name: 'kind',
        in: 'path',
        required: true,
        schema: { type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9]{0,62}$' },
      },
      namespace: {
        name: 'namespace',
        in: 'path',
        required: true,
        schema: {
          type: 'string',
          pattern: '^[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$',
        },
      },
      name: {
        name: 'name',
        in: 'path',
        required: true,
        schema: {
          type: 'string',
          pattern: '^[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$',
        },
      },
      limit: {
        name: 'limit',
        in: 'query',
        description: 'Length of a page. Default 50.',
        schema: { type: 'integer', minimum: 1, maximum: 200 },
      },
      cursor: {
        name: 'cursor',
        in: 'query',
        description: 'The `nextCursor` of the page before.',
        schema: { type: 'string', maxLength: 500 },
      },
      runId: {
        name: 'runId',
        in: 'path',
        required: true,
        schema: { type: 'string', format: 'uuid' },
      },
      planId: {
        name: 'planId',
        in: 'path',
        required: true,
        schema: { type: 'string', format: 'uuid' },
      },
      enablementId: {
        name: 'enablementId',
        in: 'path',
        required: true,
        schema: { type: 'string', format: 'uuid' },
      },
      q: {
        name: 'q',
        in: 'query',
        allowReserved: true,
        description: 'Words, each of which has to occur.',
        schema: { type: 'string', maxLength: 200 },
      },
      stateFilter: {
        name: 'state',
        in: 'query',
        allowReserved: true,
        description: 'Any of these, separated by commas.',
        style: 'form',
        explode: false,
        schema: {
          type: 'array',
          maxItems: 7,
          items: { $ref: '#/components/schemas/State' },
        },
      },
      ownerFilter: {
        name: 'owner',
        in: 'query',
        allowReserved: true,
        description: 'Entity ref of the owner. Empty, those without one.',
        allowEmptyValue: true,
        schema: { type: 'string', maxLength: 500 },
      },
      systemFilter: {
        name: 'system',
        in: 'query',
        allowReserved: true,
        description: 'Entity ref of the system. Empty, those without one.',
        allowEmptyValue: true,
        schema: { type: 'string', maxLength: 500 },
      },
      issuerFilter: {
        name: 'issuer',
        in: 'query',
        allowReserved: true,
        description: 'Exact issuer. Empty, those without one.',
        allowEmptyValue: true,
        schema: { type: 'string', maxLength: 500 },
      },
      soleIssuerFilter: {
        name: 'soleIssuer',
        in: 'query',
        allowReserved: true,
        description:
          'Exact issuer. Services with a way in that trusts this issuer alone.',
        schema: { type: 'string', minLength: 1, maxLength: 500 },
      },
      namespaceFilter: {
        name: 'namespace',
        in: 'query',
        allowReserved: true,
        description: 'Kubernetes namespace.',
        schema: { type: 'string', maxLength: 500 },
      },
      clusterFilter: {
        name: 'cluster',
        in: 'query',
        allowReserved: true,
        description: 'Name of a cluster.',
        schema: { type: 'string', maxLength: 500 },
      },
      gatewayFilter: {
        name: 'gateway',
        in: 'query',
        allowReserved: true,
        description:
          'A gateway, as cluster/namespace/name. Empty, those without one.',
        allowEmptyValue: true,
        schema: { type: 'string', maxLength: 500 },
      },
      findingFilter: {
        name: 'finding',
        in: 'query',
        allowReserved: true,
        description: 'Id of a finding.',
        schema: { type: 'string', maxLength: 500 },
      },
      claimedFilter: {
        name: 'claimed',
        in: 'query',
        description: 'Whether some entity claims the service.',
        schema: { type: 'boolean' },
      },
      coverageSort: {
        name: 'sort',
        in: 'query',
        description: 'Default title.',
        schema: {
          type: 'string',
          enum: [
            'title',
            'state',
            'owner',
            'system',
            'namespace',
            'cluster',
            'findings',
            'lastProbe',
          ],
        },
      },
      coverageOrder: {
        name: 'order',
        in: 'query',
        description: 'Default asc.',
        schema: { type: 'string', enum: ['asc', 'desc'] },
      },
      coverageCursor: {
        name: 'cursor',
        in: 'query',
        description:
          'The `nextCursor` of the page before, for the same filter and order.',
        schema: { type: 'string', maxLength: 2000 },
      },
      trendDays: {
        name: 'days',
        in: 'query',
        description: 'Default 90.',
        schema: { type: 'integer', minimum: 1, maximum: 400 },
      },
      groupBy: {
        name: 'by',
        in: 'query',
        required: true,
        schema: {
          type: 'string',
          enum: ['owner', 'system', 'issuer', 'gateway', 'namespace'],
        },
      },
      exceptionId: {
        name: 'exceptionId',
        in: 'path',
        required: true,
        schema: { type: 'string', format: 'uuid' },
      },
    },
    responses: {
      Error: {
        description: 'What went wrong.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['error'],
              properties: {
                error: {
                  type: 'object',
                  required: ['name', 'message'],
                  properties: {
                    name: { type: 'string' },
                    message: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
    },
    schemas: {
      State: {
        type: 'string',
        enum: [
          'enforced',
          'validated-only',
          'open',
          'over-blocked',
          'partial',
          'drift',
          'unknown',
        ],
      },
      ClusterFreshness: {
        type: 'object',
        required: ['cluster', 'sandbox', 'state', 'missingKinds'],
        properties: {
          cluster: { type: 'string' },
          sandbox: { type: 'boolean' },
          state: {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: {
                type: 'string',
                enum: ['synced', 'syncing', 'stale', 'unavailable'],
              },
              since: { type: 'string', format: 'date-time' },
              reason: { type: 'string' },
              fix: { type: 'string' },
            },
          },
          lastChangeAt: { type: 'string', format: 'date-time' },
          missingKinds: {
            type: 'array',
            items: {
              type: 'object',
              required: ['kind', 'reason', 'fix'],
              properties: {
                kind: { type: 'string' },
                reason: { type: 'string' },
                fix: { type: 'string' },
              },
            },
          },
        },
      },
      Observation: {
        type: 'object',
        required: [
          'vector',
          'title',
          'wayInId',
          'expected',
          'observed',
          'result',
          'at',
        ],
        properties: {
          vector: { type: 'string' },
          title: { type: 'string' },
          group: { type: 'string' },
          wayInId: { type: 'string' },
          service: { $ref: '#/components/schemas/ServiceRef' },
          caller: { type: 'string' },
          issuer: { type: 'string' },
          request: {
            type: 'object',
            required: ['method', 'host', 'path'],
            properties: {
              method: { type: 'string' },
              host: { type: 'string' },
              path: { type: 'string' },
            },
          },
          expected: {
            type: 'object',
            required: ['status', 'why'],
            properties: {
              status: {
                type: ['array', 'null'],
                items: { type: ['integer', 'string'] },
              },
              body: { type: 'string' },
              why: { type: 'string' },
            },
          },
          observed: {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: { type: 'string', enum: ['answer', 'error', 'not-tested'] },
              status: { type: 'integer' },
              body: { type: 'string' },
              durationMs: { type: 'number' },
              origin: {
                type: 'object',
                required: ['inFront', 'passedOn'],
                properties: {
                  server: { type: 'string' },
                  inFront: { type: 'array', items: { type: 'string' } },
                  passedOn: { type: 'boolean' },
                },
              },
              code: { type: 'string' },
              message: { type: 'string' },
              reason: { type: 'string' },
            },
          },
          result: {
            type: 'string',
            enum: ['agrees', 'disagrees', 'inconclusive', 'not-tested'],
          },
          note: { type: 'string' },
          informative: { type: 'boolean' },
          configuration: { type: 'string' },
          outdated: { type: 'boolean' },
          carried: { type: 'boolean' },
          at: { type: 'string', format: 'date-time' },
        },
      },
      ServiceRef: {
        type: 'object',
        required: ['cluster', 'namespace', 'name'],
        properties: {
          cluster: { type: 'string' },
          namespace: { type: 'string' },
          name: { type: 'string' },
        },
      },
      StateChange: {
        type: 'object',
        required: [
          'entityRef',
          'subject',
          'from',
          'to',
          'reason',
          'cause',
          'at',
        ],
        properties: {
          entityRef: { type: 'string' },
          subject: {
            type: 'object',
            required: ['level'],
            properties: {
              level: {
                type: 'string',
                enum: ['entity', 'service', 'way-in', 'policy'],
              },
              cluster: { type: 'string' },
              namespace: { type: 'string' },
              service: { type: 'string' },
              wayInId: { type: 'string' },
              kind: { type: 'string' },
              name: { type: 'string' },
            },
          },
          from: { $ref: '#/components/schemas/StateOrNothing' },
          to: { $ref: '#/components/schemas/StateOrNothing' },
          reason: { type: 'string' },
          cause: {
            type: 'string',
            enum: ['first-seen', 'configuration', 'observation', 'drift'],
          },
          at: { type: 'string', format: 'date-time' },
        },
      },
      StateOrNothing: {
        type: ['string', 'null'],
        enum: [
          'enforced',
          'validated-only',
          'open',
          'over-blocked',
          'partial',
          'drift',
          'unknown',
          null,
        ],
      },
      ProbeRunSummary: {
        type: 'object',
        required: [
          'id',
          'entityRef',
          'status',
          'startedAt',
          'total',
          'counts',
          'startedBy',
        ],
        properties: {
          id: { type: 'string' },
          entityRef: { type: 'string' },
          status: { type: 'string', enum: ['running', 'done', 'failed'] },
          startedAt: { type: 'string', format: 'date-time' },
          finishedAt: { type: 'string', format: 'date-time' },
          total: { type: 'integer' },
          counts: {
            type: 'object',
            required: ['agrees', 'disagrees', 'inconclusive', 'not-tested'],
            properties: {
              agrees: { type: 'integer' },
              disagrees: { type: 'integer' },
              inconclusive: { type: 'integer' },
              'not-tested': { type: 'integer' },
            },
          },
          error: { type: 'string' },
          vectors: { type: 'string', enum: ['all', 'essential'] },
          notes: { type: 'array', items: { type: 'string' } },
          startedBy: { type: 'string' },
        },
      },
      ProbeRun: {
        type: 'object',
        required: [
          'id',
          'entityRef',
          'status',
          'startedAt',
          'total',
          'observations',
          'targets',
          'startedBy',
        ],
        properties: {
          id: { type: 'string' },
          entityRef: { type: 'string' },
          status: { type: 'string', enum: ['running', 'done', 'failed'] },
          startedAt: { type: 'string', format: 'date-time' },
          finishedAt: { type: 'string', format: 'date-time' },
          total: { type: 'integer' },
          observations: {
            type: 'array',
            items: { $ref: '#/components/schemas/Observation' },
          },
          targets: {
            type: 'array',
            items: {
              type: 'object',
              required: ['wayInId', 'tried'],
              properties: {
                wayInId: { type: 'string' },
                service: { $ref: '#/components/schemas/ServiceRef' },
                address: { type: 'string' },
                through: { type: 'string' },
                omitted: { type: 'integer' },
                tried: { type: 'array', items: { type: 'string' } },
                reason: { type: 'string' },
                mismatch: { $ref: '#/components/schemas/MismatchExplanation' },
              },
            },
          },
          error: { type: 'string' },
          vectors: { type: 'string', enum: ['all', 'essential'] },
          notes: { type: 'array', items: { type: 'string' } },
          startedBy: { type: 'string' },
        },
      },
      MismatchExplanation: {
        type: 'object',
        required: ['vector', 'summary', 'causes'],
        properties: {
          vector: { type: 'string' },
          summary: { type: 'string' },
          causes: {
            type: 'array',
            items: {
              type: 'object',
              required: ['id', 'title', 'finding', 'evidence'],
              properties: {
                id: { type: 'string' },
                title: { type: 'string' },
                finding: {
                  type: 'string',
                  enum: ['likely', 'possible', 'ruled-out'],
                },
                evidence: { type: 'string' },
                next: { type: 'string' },
              },
            },
          },
        },
      },
      ServiceStatus: {
        type: 'object',
        required: [
          'cluster',
          'namespace',
          'name',
          'state',
          'reason',
          'waysIn',
          'issuers',
          'findings',
        ],
        properties: {
          cluster: { type: 'string' },
          namespace: { type: 'string' },
          name: { type: 'string' },
          state: { $ref: '#/components/schemas/State' },
          reason: { type: 'string' },
          waysIn: {
            type: 'array',
            items: {
              type: 'object',
              required: [
                'id',
                'kind',
                'host',
                'port',
                'protocol',
                'state',
                'verdict',
                'reason',
              ],
              properties: {
                id: { type: 'string' },
                kind: { type: 'string', enum: ['gateway', 'in-mesh'] },
                host: { type: 'string' },
                port: { type: 'integer' },
                protocol: {
                  type: 'string',
                  enum: ['http', 'https', 'tcp', 'tls'],
                },
                state: { $ref: '#/components/schemas/State' },
                verdict: { $ref: '#/components/schemas/State' },
                reason: { type: 'string' },
              },
            },
          },
          issuers: { type: 'array', items: { type: 'object' } },
          findings: { type: 'array', items: { type: 'object' } },
        },
      },
      PublishedKey: {
        type: 'object',
        required: ['private'],
        description: 'One key of a key set, without key material.',
        properties: {
          kid: { type: 'string' },
          kty: { type: 'string' },
          alg: { type: 'string' },
          use: { type: 'string' },
          crv: { type: 'string' },
          certificateExpiresAt: { type: 'string', format: 'date-time' },
          private: { type: 'boolean' },
          knownFrom: {
            type: 'string',
            description: 'Where everybody can read its private part.',
          },
          unusable: { type: 'string' },
        },
      },
      KeySet: {
        type: 'object',
        required: ['keys', 'keyCount', 'bytes', 'durationMs', 'watchedSince'],
        properties: {
          keys: {
            type: 'array',
            items: { $ref: '#/components/schemas/PublishedKey' },
          },
          keyCount: { type: 'integer' },
          bytes: { type: 'integer' },
          durationMs: { type: 'number' },
          rotatedAt: { type: 'string', format: 'date-time' },
          watchedSince: { type: 'string', format: 'date-time' },
          serverCertificateExpiresAt: { type: 'string', format: 'date-time' },
        },
      },
      IssuerHealth: {
        type: 'object',
        required: ['issuer', 'jwks', 'usedBy', 'health', 'tokens'],
        properties: {
          issuer: { type: 'string' },
          jwks: {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: { type: 'string', enum: ['uri', 'inline', 'discovery'] },
              uri: { type: 'string' },
            },
          },
          uri: { type: 'string' },
          usedBy: {
            type: 'array',
            items: {
              type: 'object',
              required: ['cluster', 'ref'],
              properties: {
                cluster: { type: 'string' },
                ref: { type: 'object' },
              },
            },
          },
          health: {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: {
                type: 'string',
                enum: [
                  'checking',
                  'healthy',
                  'failing',
                  'not-checked',
                  'inline',
                ],
              },
              checkedAt: { type: 'string', format: 'date-time' },
              since: { type: 'string', format: 'date-time' },
              keySet: { $ref: '#/components/schemas/KeySet' },
              warnings: { type: 'array', items: { type: 'string' } },
              failure: {
                type: 'object',
                required: ['code', 'reason', 'brief', 'document'],
                properties: {
                  code: {
                    type: 'string',
                    enum: [
                      'unreachable',
                      'timeout',
                      'tls',
                      'http-status',
                      'too-large',
                      'not-a-key-set',
                      'no-usable-key',
                    ],
                  },
                  reason: { type: 'string' },
                  brief: { type: 'string' },
                  document: { type: 'string', enum: ['discovery', 'keys'] },
                },
              },
              lastGood: {
                type: 'object',
                required: ['at', 'keySet'],
                properties: {
                  at: { type: 'string', format: 'date-time' },
                  keySet: { $ref: '#/components/schemas/KeySet' },
                },
              },
              reason: { type: 'string' },
              fix: { type: 'string' },
              keys: {
                type: 'array',
                items: { $ref: '#/components/schemas/PublishedKey' },
              },
              keyCount: { type: 'integer' },
            },
          },
          tokens: {
            type: 'array',
            items: {
              type: 'object',
              required: ['alg', 'published'],
              properties: {
                kid: { type: 'string' },
                alg: { type: 'string' },
                published: { type: 'boolean' },
              },
            },
          },
          suspicion: {
            type: 'object',
            required: ['message', 'at'],
            properties: {
              message: { type: 'string' },
              at: { type: 'string', format: 'date-time' },
            },
          },
        },
      },
      EntityStatus: {
        type: 'object',
        required: [
          'entityRef',
          'revision',
          'state',
          'reason',
          'services',
          'policies',
          'issuerHealth',
          'problems',
          'freshness',
          'generatedAt',
          'canRunProbes',
        ],
        properties: {
          entityRef: { type: 'string' },
          revision: { type: 'string' },
          state: { $ref: '#/components/schemas/State' },
          reason: { type: 'string' },
          services: {
            type: 'array',
            items: { $ref: '#/components/schemas/ServiceStatus' },
          },
          policies: {
            type: 'array',
            items: {
              type: 'object',
              required: ['cluster', 'ref', 'yaml'],
              properties: {
                cluster: { type: 'string' },
                ref: { type: 'object' },
                yaml: { type: 'string' },
              },
            },
          },
          issuerHealth: {
            type: 'array',
            items: { $ref: '#/components/schemas/IssuerHealth' },
          },
          problems: {
            type: 'array',
            items: {
              type: 'object',
              required: ['code', 'message', 'fix'],
              properties: {
                code: { type: 'string' },
                message: { type: 'string' },
                fix: { type: 'string' },
              },
            },
          },
          lastRun: { $ref: '#/components/schemas/ProbeRun' },
          freshness: {
            type: 'array',
            items: { $ref: '#/components/schemas/ClusterFreshness' },
          },
          generatedAt: { type: 'string', format: 'date-time' },
          canRunProbes: { type: 'boolean' },
        },
      },
      EnablementService: {
        type: 'object',
        additionalProperties: false,
        required: ['cluster', 'namespace', 'name'],
        properties: {
          cluster: { type: 'string', minLength: 1, maxLength: 253 },
          namespace: { type: 'string', minLength: 1, maxLength: 63 },
          name: { type: 'string', minLength: 1, maxLength: 253 },
        },
      },
      EnablementPhase: {
        type: 'string',
        enum: [
          'planned',
          'awaiting-approval',
          'validating',
          'shadowing',
          'held',
          'enforcing',
          'routing',
          'verifying',
          'done',
          'rolling-back',
          'rolled-back',
          'failed',
          'proposed',
          'withdrawn',
          'expired',
          'declined',
        ],
      },
      EnablementIntent: {
        type: 'string',
        enum: [
          'enable',
          'change',
          'disable',
          'adopt',
          'release',
          'restore',
          'accept',
        ],
      },
      EnablementWriting: {
        type: 'object',
        required: ['mode'],
        properties: {
          mode: { type: 'string', enum: ['direct', 'copy', 'pull-request'] },
          reason: { type: 'string' },
          template: { type: 'string' },
          repoUrl: { type: 'string' },
          directory: { type: 'string' },
        },
      },
      EnablementOptions: {
        type: 'object',
        required: [
          'entityRef',
          'enabled',
          'services',
          'issuers',
          'canCreate',
          'canApprove',
          'approvalAbove',
        ],
        properties: {
          entityRef: { type: 'string' },
          enabled: { type: 'boolean' },
          services: {
            type: 'array',
            items: {
              type: 'object',
              required: [
                'cluster',
                'namespace',
                'name',
                'sandbox',
                'waysIn',
                'gateways',
                'ports',
                'exemptPaths',
                'writing',
              ],
              properties: {
                cluster: { type: 'string' },
                namespace: { type: 'string' },
                name: { type: 'string' },
                sandbox: { type: 'boolean' },
                waysIn: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: [
                      'id',
                      'kind',
                      'host',
                      'port',
                      'protocol',
                      'paths',
                      'state',
                      'reason',
                    ],
                    properties: {
                      id: { type: 'string' },
                      kind: { type: 'string', enum: ['gateway', 'in-mesh'] },
                      host: { type: 'string' },
                      port: { type: 'integer' },
                      protocol: { type: 'string' },
                      paths: { type: 'array', items: { type: 'string' } },
                      state: { $ref: '#/components/schemas/State' },
                      reason: { type: 'string' },
                      disabledReason: { type: 'string' },
                    },
                  },
                },
                gateways: {
                  type: 'array',
                  description: 'Where a route can be created.',
                  items: {
                    type: 'object',
                    required: [
                      'id',
                      'by',
                      'namespace',
                      'name',
                      'port',
                      'protocol',
                      'hosts',
                      'allowedHosts',
                    ],
                    properties: {
                      id: { type: 'string' },
                      by: {
                        type: 'string',
                        enum: ['gateway-api', 'istio', 'workload'],
                      },
                      namespace: { type: 'string' },
                      name: { type: 'string' },
                      listener: { type: 'string' },
                      port: { type: 'integer' },
                      protocol: { type: 'string', enum: ['http', 'https'] },
                      hosts: { type: 'array', items: { type: 'string' } },
                      allowedHosts: {
                        type: 'array',
                        items: { type: 'string' },
                      },
                    },
                  },
                },
                ports: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['port'],
                    properties: {
                      port: { type: 'integer' },
                      name: { type: 'string' },
                    },
                  },
                },
                exemptPaths: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['path', 'source', 'reason'],
                    properties: {
                      path: { type: 'string' },
                      source: {
                        type: 'string',
                        enum: ['exposure', 'route', 'kubelet-probe'],
                      },
                      reason: { type: 'string' },
                    },
                  },
                },
                writing: { $ref: '#/components/schemas/EnablementWriting' },
                drift: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['enablementId', 'objects'],
                    properties: {
                      enablementId: { type: 'string' },
                      objects: {
                        type: 'array',
                        items: {
                          type: 'object',
                          required: ['kind', 'ref', 'authors'],
                          properties: {
                            kind: {
                              type: 'string',
                              enum: ['edited', 'deleted', 'extra'],
                            },
                          },
                        },
                      },
                    },
                  },
                },
                adoptable: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: [
                      'kind',
                      'namespace',
                      'name',
                      'uid',
                      'resourceVersion',
                      'authors',
                    ],
                  },
                },
                inForce: {
                  type: 'object',
                  required: ['enablementId', 'issuer', 'adopted', 'waysIn'],
                  properties: {
                    enablementId: { type: 'string' },
                    issuer: { type: 'string' },
                    adopted: { type: 'boolean' },
                    waysIn: {
                      type: 'array',
                      items: {
                        type: 'object',
                        required: ['id', 'host', 'port'],
                      },
                    },
                    choices: {
                      type: 'object',
                      required: ['issuer', 'exemptPaths', 'preflights'],
                      properties: {
                        issuer: { type: 'string' },
                        audiences: { type: 'array', items: { type: 'string' } },
                        exemptPaths: {
                          type: 'array',
                          items: { type: 'string' },
                        },
                        preflights: {
                          type: 'string',
                          enum: ['let-through', 'refuse'],
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          issuers: {
            type: 'array',
            items: {
              type: 'object',
              required: [
                'name',
                'issuer',
                'audiences',
                'fromHeaders',
                'claims',
              ],
              properties: {
                name: { type: 'string' },
                issuer: { type: 'string' },
                audiences: { type: 'array', items: { type: 'string' } },
                fromHeaders: { type: 'array', items: { type: 'object' } },
                claims: { type: 'array', items: { type: 'object' } },
              },
            },
          },
          canCreate: { type: 'boolean' },
          canApprove: { type: 'boolean' },
          approvalAbove: { type: 'integer' },
          running: {
            type: 'object',
            required: ['enablementId', 'phase'],
            properties: {
              enablementId: { type: 'string' },
              phase: { $ref: '#/components/schemas/EnablementPhase' },
            },
          },
          proposed: {
            type: 'object',
            required: ['enablementId'],
            properties: { enablementId: { type: 'string' } },
          },
        },
      },
      EnablementPlanRequest: {
        oneOf: [
          {
            type: 'object',
            additionalProperties: false,
            required: [
              'intent',
              'service',
              'waysIn',
              'issuer',
              'exemptPaths',
              'preflights',
            ],
            properties: {
              intent: { type: 'string', enum: ['enable'] },
              service: { $ref: '#/components/schemas/EnablementService' },
              waysIn: {
                type: 'array',
                description: 'Empty where a route is created.',
                maxItems: 50,
                items: { type: 'string', maxLength: 500 },
              },
              route: {
                type: 'object',
                additionalProperties: false,
                required: ['host', 'gateway', 'port'],
                properties: {
                  host: {
                    type: 'string',
                    description:
                      'Exact host name in lower case, without a port.',
                    minLength: 1,
                    maxLength: 253,
                  },
                  gateway: {
                    type: 'string',
                    description: 'Id of a gateway, of the options.',
                    minLength: 1,
                    maxLength: 600,
                  },
                  port: {
                    type: 'integer',
                    description: 'Of the Service.',
                    minimum: 1,
                    maximum: 65535,
                  },
                },
              },
              issuer: {
                type: 'string',
                description: 'Name of an issuer that the config allows.',
                minLength: 1,
                maxLength: 200,
              },
              audiences: {
                type: 'array',
                description:
                  'Any of these has to be in the token; no more than the config allows. Absent means those of the config.',
                minItems: 1,
                maxItems: 20,
                items: { type: 'string', minLength: 1, maxLength: 500 },
              },
              exemptPaths: {
                type: 'array',
                maxItems: 50,
                items: {
                  type: 'string',
                  description: 'Exact, or a prefix that ends in a star.',
                  pattern: "^/[A-Za-z0-9\\-._~!$&'()+,;=:@/%]{0,500}\\*?$",
                },
              },
              preflights: { type: 'string', enum: ['let-through', 'refuse'] },
            },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: [
              'intent',
              'enablementId',
              'issuer',
              'exemptPaths',
              'preflights',
            ],
            properties: {
              intent: { type: 'string', enum: ['change'] },
              enablementId: { type: 'string', format: 'uuid' },
              issuer: {
                type: 'string',
                description: 'Name of an issuer that the config allows.',
                minLength: 1,
                maxLength: 200,
              },
              audiences: {
                type: 'array',
                description:
                  'Any of these has to be in the token; no more than the config allows. Absent means those of the config.',
                minItems: 1,
                maxItems: 20,
                items: { type: 'string', minLength: 1, maxLength: 500 },
              },
              exemptPaths: {
                type: 'array',
                maxItems: 50,
                items: {
                  type: 'string',
                  description: 'Exact, or a prefix that ends in a star.',
                  pattern: "^/[A-Za-z0-9\\-._~!$&'()+,;=:@/%]{0,500}\\*?$",
                },
              },
              preflights: { type: 'string', enum: ['let-through', 'refuse'] },
            },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['intent', 'enablementId'],
            properties: {
              intent: { type: 'string', enum: ['disable', 'release'] },
              enablementId: { type: 'string', format: 'uuid' },
            },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['intent', 'service', 'objects'],
            properties: {
              intent: { type: 'string', enum: ['adopt'] },
              service: { $ref: '#/components/schemas/EnablementService' },
              objects: {
                type: 'array',
                description:
                  'Consent to take over each of these, as it stands.',
                minItems: 1,
                maxItems: 20,
                items: { $ref: '#/components/schemas/NamedObject' },
              },
            },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['intent', 'enablementId', 'objects'],
            properties: {
              intent: { type: 'string', enum: ['restore', 'accept'] },
              enablementId: { type: 'string', format: 'uuid' },
              objects: {
                type: 'array',
                description:
                  'Consent to overwrite, delete or take over each of these, as it stands; all that differ and stand.',
                maxItems: 50,
                items: { $ref: '#/components/schemas/NamedObject' },
              },
            },
          },
        ],
      },
      NamedObject: {
        type: 'object',
        additionalProperties: false,
        required: ['kind', 'namespace', 'name', 'uid', 'resourceVersion'],
        properties: {
          kind: {
            type: 'string',
            enum: ['RequestAuthentication', 'AuthorizationPolicy'],
          },
          namespace: { type: 'string', minLength: 1, maxLength: 63 },
          name: { type: 'string', minLength: 1, maxLength: 253 },
          uid: { type: 'string', minLength: 1, maxLength: 128 },
          resourceVersion: { type: 'string', minLength: 1, maxLength: 128 },
        },
      },
      EnablementChange: {
        type: 'object',
        required: ['step', 'action', 'ref'],
        properties: {
          step: {
            type: 'string',
            enum: [
              'gateway',
              'request-authentication',
              'authorization-policy',
              'route',
            ],
          },
          action: { type: 'string', enum: ['create', 'update', 'delete'] },
          ref: { type: 'object' },
          before: { type: 'string' },
          after: { type: 'string' },
          file: { type: 'string' },
        },
      },
      EnablementApproval: {
        type: 'object',
        required: ['required'],
        properties: {
          required: { type: 'boolean' },
          permission: { type: 'string' },
          reason: { type: 'string' },
        },
      },
      EnablementPlan: {
        type: 'object',
        required: ['kind', 'entityRef', 'intent', 'service', 'considered'],
        properties: {
          kind: { type: 'string', enum: ['planned', 'refused'] },
          entityRef: { type: 'string' },
          intent: { $ref: '#/components/schemas/EnablementIntent' },
          service: { $ref: '#/components/schemas/EnablementService' },
          considered: { type: 'array', items: { type: 'object' } },
          reason: { type: 'string' },
          alternatives: { type: 'array', items: { type: 'string' } },
          conflicts: { type: 'array', items: { type: 'object' } },
          planId: { type: 'string' },
          pattern: { type: 'string' },
          why: { type: 'string' },
          changes: {
            type: 'array',
            items: { $ref: '#/components/schemas/EnablementChange' },
          },
          effects: { type: 'array', items: { type: 'object' } },
          neighbours: { type: 'integer' },
          findings: { type: 'object' },
          warnings: { type: 'array', items: { type: 'string' } },
          affected: {
            type: 'object',
            required: ['services', 'others', 'hosts'],
            properties: {
              services: {
                type: 'array',
                items: {
                  type: 'object',
                  required: [
                    'cluster',
                    'namespace',
                    'name',
                    'entityRef',
                    'owners',
                    'hosts',
                  ],
                },
              },
              others: { type: 'integer' },
              hosts: { type: 'integer' },
            },
          },
          approval: { $ref: '#/components/schemas/EnablementApproval' },
          permissions: { type: 'array', items: { type: 'string' } },
          writing: { $ref: '#/components/schemas/EnablementWriting' },
          commands: { type: 'array', items: { type: 'string' } },
          snapshot: { type: 'string' },
          expiresAt: { type: 'string', format: 'date-time' },
        },
      },
      EnablementStart: {
        type: 'object',
        additionalProperties: false,
        required: ['planId'],
        properties: { planId: { type: 'string', format: 'uuid' } },
      },
      EnablementDeclineRequest: {
        type: 'object',
        additionalProperties: false,
        properties: {
          reason: {
            type: 'string',
            description:
              'For whoever asked. Kept with the operation, so no place for tokens.',
            minLength: 1,
            maxLength: 500,
          },
        },
      },
      EnablementProposalRequest: {
        type: 'object',
        additionalProperties: false,
        properties: {
          url: {
            type: 'string',
            description:
              'Of the pull request. http or https, without credentials; parameters are dropped.',
            minLength: 1,
            maxLength: 2000,
          },
        },
      },
      EnablementSummary: {
        type: 'object',
        required: [
          'id',
          'entityRef',
          'intent',
          'service',
          'waysIn',
          'issuer',
          'phase',
          'startedBy',
          'cancelRequested',
          'createdAt',
          'updatedAt',
        ],
        properties: {
          id: { type: 'string' },
          entityRef: { type: 'string' },
          intent: { $ref: '#/components/schemas/EnablementIntent' },
          service: { $ref: '#/components/schemas/EnablementService' },
          waysIn: {
            type: 'array',
            items: { type: 'object', required: ['id', 'host', 'port'] },
          },
          issuer: { type: 'string' },
          pattern: { type: 'string' },
          phase: { $ref: '#/components/schemas/EnablementPhase' },
          outcome: { type: 'string' },
          proposal: {
            type: 'object',
            required: ['expiresAt'],
            properties: {
              url: { type: 'string' },
              expiresAt: { type: 'string', format: 'date-time' },
            },
          },
          startedBy: { type: 'string' },
          approvedBy: { type: 'string' },
          cancelRequested: { type: 'boolean' },
          createdAt: { type: 'string', format: 'date-time' },
          updatedAt: { type: 'string', format: 'date-time' },
          finishedAt: { type: 'string', format: 'date-time' },
        },
      },
      Enablement: {
        allOf: [
          { $ref: '#/components/schemas/EnablementSummary' },
          {
            type: 'object',
            required: [
              'changes',
              'steps',
              'approval',
              'canCancel',
              'canApprove',
              'canEnforce',
            ],
            properties: {
              changes: {
                type: 'array',
                items: { $ref: '#/components/schemas/EnablementChange' },
              },
              steps: {
                type: 'array',
                items: {
                  type: 'object',
                  required: [
                    'id',
                    'phase',
                    'title',
                    'status',
                    'startedAt',
                    'evidence',
                    'log',
                  ],
                  properties: {
                    id: { type: 'string' },
                    phase: { $ref: '#/components/schemas/EnablementPhase' },
                    title: { type: 'string' },
                    status: {
                      type: 'string',
                      enum: ['running', 'done', 'failed'],
                    },
                    startedAt: { type: 'string', format: 'date-time' },
                    finishedAt: { type: 'string', format: 'date-time' },
                    evidence: {
                      type: 'array',
                      items: { type: 'object', required: ['kind', 'at'] },
                    },
                    log: {
                      type: 'array',
                      items: { type: 'object', required: ['at', 'message'] },
                    },
                  },
                },
              },
              approval: { $ref: '#/components/schemas/EnablementApproval' },
              hold: {
                type: 'object',
                additionalProperties: false,
                required: ['reason', 'since', 'expiresAt'],
                properties: {
                  reason: { type: 'string' },
                  since: { type: 'string', format: 'date-time' },
                  expiresAt: { type: 'string', format: 'date-time' },
                  enforcedBy: { type: 'string' },
                },
              },
              canCancel: { type: 'boolean' },
              canApprove: { type: 'boolean' },
              canEnforce: { type: 'boolean' },
            },
          },
        ],
      },
      CoverageByState: {
        type: 'object',
        additionalProperties: false,
        required: [
          'enforced',
          'validated-only',
          'open',
          'over-blocked',
          'partial',
          'drift',
          'unknown',
        ],
        properties: {
          enforced: { type: 'integer' },
          'validated-only': { type: 'integer' },
          open: { type: 'integer' },
          'over-blocked': { type: 'integer' },
          partial: { type: 'integer' },
          drift: { type: 'integer' },
          unknown: { type: 'integer' },
        },
      },
      CoverageService: {
        type: 'object',
        additionalProperties: false,
        required: [
          'id',
          'title',
          'cluster',
          'sandbox',
          'namespace',
          'name',
          'state',
          'reason',
          'issuers',
          'gateways',
          'waysIn',
          'findings',
          'findingIds',
        ],
        properties: {
          id: { type: 'string' },
          entityRef: { type: 'string' },
          title: { type: 'string' },
          owner: { type: 'string' },
          system: { type: 'string' },
          domain: { type: 'string' },
          cluster: { type: 'string' },
          sandbox: { type: 'boolean' },
          namespace: { type: 'string' },
          name: { type: 'string' },
          state: { $ref: '#/components/schemas/State' },
          reason: { type: 'string' },
          issuers: { type: 'array', items: { type: 'string' } },
          gateways: { type: 'array', items: { type: 'string' } },
          waysIn: { type: 'object', additionalProperties: { type: 'integer' } },
          findings: {
            type: 'object',
            required: ['error', 'warning', 'info'],
            additionalProperties: { type: 'integer' },
          },
          findingIds: { type: 'array', items: { type: 'string' } },
          lastProbeAt: { type: 'string', format: 'date-time' },
          exception: {
            type: 'object',
            additionalProperties: false,
            required: ['id', 'state', 'covers', 'expiresAt'],
            properties: {
              id: { type: 'string' },
              state: { type: 'string', enum: ['requested', 'active'] },
              covers: { type: 'string', enum: ['service', 'part'] },
              expiresAt: { type: 'string', format: 'date-time' },
            },
          },
          stale: {
            type: 'object',
            additionalProperties: false,
            required: ['since', 'reason'],
            properties: {
              since: { type: 'string', format: 'date-time' },
              reason: { type: 'string' },
            },
          },
          claimedBy: { type: 'integer', minimum: 2 },
          claim: {
            type: 'object',
            required: ['annotations'],
            properties: {
              annotations: {
                type: 'object',
                additionalProperties: { type: 'string' },
              },
            },
          },
        },
      },
      CoveragePage: {
        type: 'object',
        additionalProperties: false,
        required: ['items', 'total'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/CoverageService' },
          },
          nextCursor: { type: 'string' },
          total: { type: 'integer' },
        },
      },
      CoverageCounts: {
        type: 'object',
        required: ['total', 'states', 'excepted', 'shareEnforced'],
        properties: {
          total: { type: 'integer' },
          states: { $ref: '#/components/schemas/CoverageByState' },
          excepted: { $ref: '#/components/schemas/CoverageByState' },
          shareEnforced: { type: ['number', 'null'] },
        },
      },
      CoverageSummary: {
        type: 'object',
        additionalProperties: false,
        required: [
          'total',
          'states',
          'excepted',
          'shareEnforced',
          'claimed',
          'unclaimed',
          'stale',
          'scope',
          'changes',
          'clusters',
          'canRequestExceptions',
          'canNotifyOwners',
        ],
        properties: {
          total: { type: 'integer' },
          states: { $ref: '#/components/schemas/CoverageByState' },
          excepted: { $ref: '#/components/schemas/CoverageByState' },
          shareEnforced: { type: ['number', 'null'] },
          claimed: { type: 'integer' },
          unclaimed: { type: 'integer' },
          stale: { type: 'integer' },
          scope: { type: 'string', enum: ['all', 'own'] },
          changes: {
            type: 'array',
            items: {
              oneOf: [
                {
                  type: 'object',
                  additionalProperties: false,
                  required: ['kind', 'days', 'day', 'counts'],
                  properties: {
                    kind: { type: 'string', enum: ['known'] },
                    days: { type: 'integer' },
                    day: { type: 'string', format: 'date' },
                    counts: { $ref: '#/components/schemas/CoverageCounts' },
                  },
                },
                {
                  type: 'object',
                  additionalProperties: false,
                  required: ['kind', 'days', 'day', 'reason'],
                  properties: {
                    kind: { type: 'string', enum: ['unknown'] },
                    days: { type: 'integer' },
                    day: { type: 'string', format: 'date' },
                    reason: { type: 'string' },
                  },
                },
              ],
            },
          },
          indexedAt: { type: 'string', format: 'date-time' },
          clusters: {
            type: 'array',
            items: { $ref: '#/components/schemas/ClusterFreshness' },
          },
          canNotifyOwners: { type: 'boolean' },
          canRequestExceptions: { type: 'boolean' },
        },
      },
      CoverageTrend: {
        type: 'object',
        additionalProperties: false,
        required: ['points'],
        properties: {
          points: {
            type: 'array',
            items: {
              oneOf: [
                {
                  type: 'object',
                  additionalProperties: false,
                  required: [
                    'kind',
                    'day',
                    'total',
                    'states',
                    'excepted',
                    'shareEnforced',
                  ],
                  properties: {
                    kind: { type: 'string', enum: ['recorded'] },
                    day: { type: 'string', format: 'date' },
                    total: { type: 'integer' },
                    states: { $ref: '#/components/schemas/CoverageByState' },
                    excepted: { $ref: '#/components/schemas/CoverageByState' },
                    shareEnforced: { type: ['number', 'null'] },
                  },
                },
                {
                  type: 'object',
                  additionalProperties: false,
                  required: ['kind', 'day'],
                  properties: {
                    kind: { type: 'string', enum: ['gap'] },
                    day: { type: 'string', format: 'date' },
                  },
                },
              ],
            },
          },
        },
      },
      CoverageGroups: {
        type: 'object',
        additionalProperties: false,
        required: ['by', 'groups', 'omitted'],
        properties: {
          by: {
            type: 'string',
            enum: ['owner', 'system', 'issuer', 'gateway', 'namespace'],
          },
          groups: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['key', 'total', 'states', 'excepted', 'shareEnforced'],
              properties: {
                key: { type: 'string' },
                sole: { type: 'integer' },
                total: { type: 'integer' },
                states: { $ref: '#/components/schemas/CoverageByState' },
                excepted: { $ref: '#/components/schemas/CoverageByState' },
                shareEnforced: { type: ['number', 'null'] },
              },
            },
          },
          omitted: { type: 'integer' },
        },
      },
      CoverageFilter: {
        type: 'object',
        additionalProperties: false,
        properties: {
          q: { type: 'string', maxLength: 200 },
          state: {
            type: 'array',
            maxItems: 7,
            items: { $ref: '#/components/schemas/State' },
          },
          owner: { type: 'string', maxLength: 500 },
          system: { type: 'string', maxLength: 500 },
          namespace: { type: 'string', maxLength: 500 },
          cluster: { type: 'string', maxLength: 500 },
          issuer: { type: 'string', maxLength: 500 },
          soleIssuer: { type: 'string', maxLength: 500 },
          gateway: { type: 'string', maxLength: 500 },
          finding: { type: 'string', maxLength: 500 },
          claimed: { type: 'boolean' },
        },
      },
      CoverageOwnerNoticePreview: {
        type: 'object',
        additionalProperties: false,
        required: [
          'toTell',
          'owners',
          'alreadyTold',
          'alreadyToldTotal',
          'overQuota',
          'withoutOwner',
          'maxOwners',
          'quietHours',
        ],
        properties: {
          toTell: { type: 'integer' },
          owners: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['owner', 'services'],
              properties: {
                owner: { type: 'string' },
                services: { type: 'integer' },
              },
            },
          },
          alreadyTold: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['owner', 'services', 'at'],
              properties: {
                owner: { type: 'string' },
                services: { type: 'integer' },
                at: { type: 'string', format: 'date-time' },
              },
            },
          },
          alreadyToldTotal: { type: 'integer' },
          overQuota: { type: 'integer' },
          withoutOwner: { type: 'integer' },
          maxOwners: { type: 'integer' },
          quietHours: { type: 'number' },
        },
      },
      CoverageOwnerNotice: {
        type: 'object',
        additionalProperties: false,
        required: [
          'told',
          'alreadyTold',
          'overQuota',
          'failed',
          'withoutOwner',
        ],
        properties: {
          told: { type: 'integer' },
          alreadyTold: { type: 'integer' },
          overQuota: { type: 'integer' },
          failed: { type: 'integer' },
          withoutOwner: { type: 'integer' },
        },
      },
      CoverageHostPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items', 'total'],
        properties: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['address', 'state', 'service'],
              properties: {
                address: { type: 'string' },
                state: { $ref: '#/components/schemas/State' },
                service: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['id', 'title', 'cluster', 'namespace', 'name'],
                  properties: {
                    id: { type: 'string' },
                    entityRef: { type: 'string' },
                    title: { type: 'string' },
                    owner: { type: 'string' },
                    cluster: { type: 'string' },
                    namespace: { type: 'string' },
                    name: { type: 'string' },
                  },
                },
              },
            },
          },
          nextCursor: { type: 'string' },
          total: { type: 'integer' },
        },
      },
      CoverageFindings: {
        type: 'object',
        additionalProperties: false,
        required: ['findings'],
        properties: {
          findings: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: [
                'id',
                'severity',
                'title',
                'why',
                'fix',
                'link',
                'services',
                'occurrences',
                'affected',
              ],
              properties: {
                id: { type: 'string' },
                severity: {
                  type: 'string',
                  enum: ['error', 'warning', 'info'],
                },
                title: { type: 'string' },
                why: { type: 'string' },
                fix: { type: 'string' },
                link: { type: 'string' },
                services: { type: 'integer' },
                occurrences: { type: 'integer' },
                affected: {
                  type: 'array',
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    required: ['id', 'title', 'cluster', 'namespace', 'name'],
                    properties: {
                      id: { type: 'string' },
                      entityRef: { type: 'string' },
                      title: { type: 'string' },
                      cluster: { type: 'string' },
                      namespace: { type: 'string' },
                      name: { type: 'string' },
                    },
                  },
                },
              },
            },
          },
        },
      },
      CoverageExceptionScope: {
        type: 'object',
        additionalProperties: false,
        required: ['cluster', 'namespace', 'name'],
        properties: {
          cluster: { type: 'string', minLength: 1, maxLength: 253 },
          namespace: { type: 'string', minLength: 1, maxLength: 253 },
          name: { type: 'string', minLength: 1, maxLength: 253 },
          wayIn: { type: 'string', minLength: 1, maxLength: 500 },
          path: {
            type: 'string',
            pattern: "^/[A-Za-z0-9\\-._~!$&'()+,;=:@/%]{0,500}\\*?$",
          },
          finding: { type: 'string', pattern: '^[a-z0-9-]{1,64}$' },
        },
      },
      CoverageExceptionRequest: {
        type: 'object',
        additionalProperties: false,
        required: ['scope', 'reason', 'expiresAt'],
        properties: {
          scope: { $ref: '#/components/schemas/CoverageExceptionScope' },
          reason: { type: 'string', minLength: 1, maxLength: 1000 },
          expiresAt: { type: 'string', minLength: 1, maxLength: 40 },
        },
      },
      CoverageExceptionChange: {
        type: 'object',
        additionalProperties: false,
        required: ['revision'],
        properties: {
          revision: { type: 'integer', minimum: 1 },
          reason: { type: 'string', minLength: 1, maxLength: 1000 },
          expiresAt: { type: 'string', minLength: 1, maxLength: 40 },
          approve: { type: 'boolean', enum: [true] },
        },
      },
      CoverageException: {
        type: 'object',
        additionalProperties: false,
        required: [
          'id',
          'scope',
          'reason',
          'requestedBy',
          'state',
          'createdAt',
          'expiresAt',
          'revision',
          'canChange',
          'canApprove',
        ],
        properties: {
          id: { type: 'string', format: 'uuid' },
          scope: { $ref: '#/components/schemas/CoverageExceptionScope' },
          entityRef: { type: 'string' },
          reason: { type: 'string' },
          requestedBy: { type: 'string' },
          approvedBy: { type: 'string' },
          state: {
            type: 'string',
            enum: ['requested', 'active', 'expired', 'revoked'],
          },
          createdAt: { type: 'string', format: 'date-time' },
          expiresAt: { type: 'string', format: 'date-time' },
          revision: { type: 'integer' },
          canChange: { type: 'boolean' },
          canApprove: { type: 'boolean' },
        },
      },
      CoverageExceptionDetail: {
        type: 'object',
        additionalProperties: false,
        required: [
          'id',
          'scope',
          'reason',
          'requestedBy',
          'state',
          'createdAt',
          'expiresAt',
          'revision',
          'canChange',
          'canApprove',
          'history',
        ],
        properties: {
          id: { type: 'string', format: 'uuid' },
          scope: { $ref: '#/components/schemas/CoverageExceptionScope' },
          entityRef: { type: 'string' },
          reason: { type: 'string' },
          requestedBy: { type: 'string' },
          approvedBy: { type: 'string' },
          state: {
            type: 'string',
            enum: ['requested', 'active', 'expired', 'revoked'],
          },
          createdAt: { type: 'string', format: 'date-time' },
          expiresAt: { type: 'string', format: 'date-time' },
          revision: { type: 'integer' },
          canChange: { type: 'boolean' },
          canApprove: { type: 'boolean' },
          history: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: [
                'revision',
                'action',
                'by',
                'at',
                'reason',
                'expiresAt',
              ],
              properties: {
                revision: { type: 'integer' },
                action: {
                  type: 'string',
                  enum: ['requested', 'approved', 'changed', 'revoked'],
                },
                by: { type: 'string' },
                at: { type: 'string', format: 'date-time' },
                reason: { type: 'string' },
                expiresAt: { type: 'string', format: 'date-time' },
              },
            },
          },
        },
      },
    },
  },
} as const;

export const createOpenApiRouter = async (
  options?: Parameters<
    typeof createValidatedOpenApiRouterFromGeneratedEndpointMap
  >['1'],
) =>
  createValidatedOpenApiRouterFromGeneratedEndpointMap<EndpointMap>(
    spec as any,
    options,
  );
