// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('istio_jwt_coverage', table => {
    table.comment(
      'Every Service of every cluster: one row per entity that claims it, or one without an entity',
    );
    table.string('row_key', 32).primary().comment('Digest of service, entity');
    table.string('service_key', 32).notNullable();
    table.string('entity_key', 32).notNullable().comment('Empty: unclaimed');
    table.text('entity_ref').nullable();
    table.text('owners').notNullable().comment('JSON array of entity refs');
    table
      .integer('claim_rank')
      .notNullable()
      .comment('Order among the rows of one Service; counted is the first');
    table.string('cluster', 253).notNullable();
    table.boolean('sandbox').notNullable();
    table.string('namespace', 253).notNullable();
    table.string('name', 253).notNullable();
    table.string('title', 255).notNullable();
    table.string('sort_title', 255).notNullable().comment('Lower case');
    // Without a value: the empty text, so that pages can go on after it.
    table.string('owner', 255).notNullable();
    table.string('system', 255).notNullable();
    table.string('domain', 255).notNullable();
    table.string('state', 16).notNullable();
    table.integer('state_rank').notNullable().comment('0 is the worst');
    table.text('reason').notNullable();
    table.integer('errors').notNullable();
    table.integer('warnings').notNullable();
    table.integer('infos').notNullable();
    table.integer('finding_weight').notNullable();
    table.bigInteger('last_probe_at').notNullable().comment('0: never');
    table.bigInteger('stale_since').nullable();
    table.text('stale_reason').nullable();
    table.text('detail').notNullable().comment('JSON');
    table.text('search').notNullable().comment('Lower case');
    table.string('digest', 32).notNullable().comment('Of all that is shown');
    for (const column of [
      'sort_title',
      'state_rank',
      'owner',
      'system',
      'namespace',
      'cluster',
      'finding_weight',
      'last_probe_at',
    ]) {
      table.index([column, 'row_key'], `istio_jwt_coverage_${column}`);
    }
    table.index(['service_key', 'claim_rank'], 'istio_jwt_coverage_service');
    table.index(['entity_key'], 'istio_jwt_coverage_entity');
  });

  await knex.schema.createTable('istio_jwt_coverage_facets', table => {
    table.comment('What a row of the coverage has several of');
    table.string('row_key', 32).notNullable();
    table.string('kind', 16).notNullable().comment('issuer, gateway, finding');
    table.string('value', 500).notNullable();
    table.integer('count').notNullable();
    table.primary(['row_key', 'kind', 'value']);
    table.index(['kind', 'value', 'row_key'], 'istio_jwt_coverage_facets_kind');
  });

  await knex.schema.createTable('istio_jwt_coverage_index', table => {
    table.comment('One row: who keeps the coverage up to date, and how far');
    table.integer('id').primary();
    table.string('lease_owner', 36).nullable();
    table.bigInteger('lease_until').nullable();
    table.bigInteger('indexed_at').nullable();
    table
      .integer('version')
      .notNullable()
      .comment('Grows where an entity claims other services than before');
  });
  await knex('istio_jwt_coverage_index').insert({ id: 1, version: 0 });

  await knex.schema.createTable('istio_jwt_coverage_days', table => {
    table.comment('UTC days on which the coverage was recorded');
    table.string('day', 10).primary();
    table.bigInteger('taken_at').notNullable();
  });

  await knex.schema.createTable('istio_jwt_coverage_spans', table => {
    table.comment(
      'What a row of the coverage was like from a day until another: a state that stays takes one row',
    );
    table.string('row_key', 32).notNullable();
    table.string('from_day', 10).notNullable();
    table
      .string('until_day', 10)
      .nullable()
      .comment('Not included; null while it is so');
    table.string('service_key', 32).notNullable();
    table.string('entity_key', 32).notNullable();
    table.integer('claim_rank').notNullable();
    table.string('cluster', 253).notNullable();
    table.string('namespace', 253).notNullable();
    table.string('owner', 255).notNullable();
    table.string('system', 255).notNullable();
    table.string('state', 16).notNullable();
    table.boolean('excepted').notNullable();
    table.primary(['row_key', 'from_day']);
    table.index(['until_day'], 'istio_jwt_coverage_spans_until');
    table.index(
      ['service_key', 'from_day'],
      'istio_jwt_coverage_spans_service',
    );
  });

  await knex.schema.createTable('istio_jwt_exceptions', table => {
    table.comment('Services that may be otherwise than enforced for a while');
    table.string('id', 36).primary();
    table.string('service_key', 32).notNullable();
    table.string('entity_key', 32).notNullable().comment('Empty: unclaimed');
    table.text('entity_ref').nullable();
    table.string('cluster', 253).notNullable();
    table.string('namespace', 253).notNullable();
    table.string('name', 253).notNullable();
    table.text('way_in').nullable();
    table.text('path').nullable();
    table.string('finding', 64).nullable();
    table.boolean('whole').notNullable().comment('The service as a whole');
    table.text('reason').notNullable();
    table.text('requested_by').notNullable();
    table.text('approved_by').nullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable();
    table.bigInteger('revoked_at').nullable();
    table.integer('revision').notNullable();
    table
      .integer('notice_level')
      .notNullable()
      .comment(
        '1: told 7 days before the end, 2: one day before, 3: at the end',
      );
    table.bigInteger('notice_lease_until').nullable();
    table.index(['service_key', 'expires_at'], 'istio_jwt_exceptions_service');
    table.index(['expires_at'], 'istio_jwt_exceptions_expiry');
    table.index(['created_at'], 'istio_jwt_exceptions_created');
  });

  await knex.schema.createTable('istio_jwt_exception_history', table => {
    table.comment('All that happened to exceptions; nothing is changed here');
    table.string('exception_id', 36).notNullable();
    table.integer('revision').notNullable();
    table.string('action', 16).notNullable();
    table.text('by').notNullable();
    table.bigInteger('at').notNullable();
    table.text('reason').notNullable();
    table.bigInteger('expires_at').notNullable();
    table.primary(['exception_id', 'revision']);
  });

  await knex.schema.alterTable('istio_jwt_observations', table => {
    table.index(['run_id'], 'istio_jwt_observations_disagreeing', {
      predicate: knex.whereRaw("result = 'disagrees'"),
    });
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('istio_jwt_observations', table => {
    table.dropIndex(['run_id'], 'istio_jwt_observations_disagreeing');
  });
  for (const table of [
    'istio_jwt_exception_history',
    'istio_jwt_exceptions',
    'istio_jwt_coverage_spans',
    'istio_jwt_coverage_days',
    'istio_jwt_coverage_index',
    'istio_jwt_coverage_facets',
    'istio_jwt_coverage',
  ]) {
    await knex.schema.dropTable(table);
  }
};
