// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('istio_jwt_probe_runs', table => {
    table.comment('Probe runs, one row per run');
    table.string('id', 36).primary();
    table.text('entity_ref').notNullable();
    table
      .string('running_key', 64)
      .nullable()
      .unique({ indexName: 'istio_jwt_probe_runs_running_idx' })
      .comment(
        'Digest of entity_ref while the run is going on: at most one per entity, over all replicas',
      );
    table.string('status', 16).notNullable();
    table.bigInteger('started_at').notNullable().comment('ms since the epoch');
    table.bigInteger('finished_at').nullable();
    table
      .bigInteger('heartbeat_at')
      .notNullable()
      .comment('Last sign of life of the backend that runs it');
    table.integer('total').notNullable();
    table.text('started_by').notNullable();
    table.text('error').nullable();
    table.text('targets').notNullable().comment('JSON');
    table.index(['entity_ref', 'started_at'], 'istio_jwt_probe_runs_entity');
    table.index(['started_at'], 'istio_jwt_probe_runs_started');
  });
  await knex.schema.createTable('istio_jwt_observations', table => {
    table.comment('Answers to probes. Holds no token.');
    table
      .string('run_id', 36)
      .notNullable()
      .references('id')
      .inTable('istio_jwt_probe_runs')
      .onDelete('CASCADE');
    table.integer('position').notNullable();
    table.string('vector', 64).notNullable();
    table.string('result', 16).notNullable();
    table.bigInteger('at').notNullable();
    table.text('observation').notNullable().comment('JSON');
    table.primary(['run_id', 'position']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('istio_jwt_observations');
  await knex.schema.dropTable('istio_jwt_probe_runs');
};
