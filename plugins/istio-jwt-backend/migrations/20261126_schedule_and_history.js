// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('istio_jwt_probe_runs', table => {
    table
      .string('vectors', 16)
      .notNullable()
      .defaultTo('all')
      .comment('all, or essential: the small set of scheduled rounds');
    table.text('notes').nullable().comment('JSON array of sentences');
  });

  await knex.schema.createTable('istio_jwt_states', table => {
    table.comment(
      'Last recorded state per subject: an entity, a service or a way in',
    );
    table
      .string('subject_key', 64)
      .primary()
      .comment('Digest of entity and subject');
    table.string('entity_key', 64).notNullable();
    table.text('entity_ref').notNullable();
    table.string('level', 16).notNullable();
    table.text('subject').notNullable().comment('JSON');
    table.string('state', 32).nullable().comment('null: it is gone');
    table.string('verdict', 32).nullable();
    table.integer('sequence').notNullable();
    table.bigInteger('since').notNullable().comment('ms since the epoch');
    table.bigInteger('checked_at').notNullable();
    table
      .string('noticed_state', 32)
      .nullable()
      .comment('What the owner knows; of entities only');
    table
      .bigInteger('notice_due_at')
      .nullable()
      .comment('When the owner is to be told, unless the state goes back');
    table.index(['entity_key'], 'istio_jwt_states_entity');
    table.index(['notice_due_at'], 'istio_jwt_states_notice');
    table.index(['checked_at'], 'istio_jwt_states_checked');
  });

  await knex.schema.createTable('istio_jwt_state_history', table => {
    table.comment('Changes of state, one row per change');
    table.string('subject_key', 64).notNullable();
    table
      .integer('sequence')
      .notNullable()
      .comment(
        'Of two replicas that see one change, the second finds it taken',
      );
    table.string('entity_key', 64).notNullable();
    table.text('entity_ref').notNullable();
    table.string('level', 16).notNullable();
    table.text('cluster').nullable();
    table.text('namespace').nullable();
    table.text('service').nullable();
    table.text('way_in').nullable();
    table.string('from_state', 32).nullable();
    table.string('to_state', 32).nullable();
    table.text('reason').notNullable();
    table.string('cause', 16).notNullable();
    table.bigInteger('at').notNullable().comment('ms since the epoch');
    table.primary(['subject_key', 'sequence']);
    table.index(['entity_key', 'at'], 'istio_jwt_state_history_entity');
    table.index(['at'], 'istio_jwt_state_history_at');
  });

  await knex.schema.createTable('istio_jwt_schedule_rounds', table => {
    table.comment('Scheduled rounds over all entities');
    table.integer('id').primary();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('finished_at').nullable();
    table
      .integer('entities')
      .nullable()
      .comment('null while the catalog is listed');
    table.integer('missed').nullable().comment('Not done when the next began');
  });

  await knex.schema.createTable('istio_jwt_schedule_entities', table => {
    table.comment('Who is due when in the present round, and who works on it');
    table.string('entity_key', 64).primary();
    table.text('entity_ref').notNullable();
    table.integer('round').notNullable();
    table.integer('done_round').notNullable();
    table.bigInteger('next_due_at').notNullable();
    table.string('lease_owner', 36).nullable();
    table.bigInteger('lease_until').nullable();
    table.string('last_result', 16).nullable();
    table.text('last_note').nullable();
    table.index(['next_due_at'], 'istio_jwt_schedule_entities_due');
    table.index(['lease_owner'], 'istio_jwt_schedule_entities_lease');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('istio_jwt_schedule_entities');
  await knex.schema.dropTable('istio_jwt_schedule_rounds');
  await knex.schema.dropTable('istio_jwt_state_history');
  await knex.schema.dropTable('istio_jwt_states');
  await knex.schema.alterTable('istio_jwt_probe_runs', table => {
    table.dropColumn('notes');
    table.dropColumn('vectors');
  });
};
