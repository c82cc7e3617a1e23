// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('istio_jwt_enablement_plans', table => {
    table.comment('Plans that may still be started. Short-lived.');
    table.string('id', 36).primary();
    table.string('entity_key', 64).notNullable();
    table.string('caller_key', 64).notNullable();
    table.bigInteger('created_at').notNullable().comment('ms since the epoch');
    table.bigInteger('expires_at').notNullable();
    table.text('plan', 'longtext').notNullable().comment('JSON');
    table.index(['caller_key', 'created_at'], 'istio_jwt_plans_caller');
    table.index(['expires_at'], 'istio_jwt_plans_expiry');
  });

  await knex.schema.createTable('istio_jwt_enablements', table => {
    table.comment('Operations that make entities require a token, or stop to');
    table.string('id', 36).primary().comment('Id of the plan that it began as');
    table.string('entity_key', 64).notNullable();
    table.text('entity_ref').notNullable();
    table.string('phase', 32).notNullable();
    table.boolean('cancel_requested').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('updated_at').notNullable();
    table.bigInteger('finished_at').nullable();
    table
      .string('lease_owner', 36)
      .nullable()
      .comment('Who drives it: one replica at a time');
    table.bigInteger('lease_until').nullable();
    table.text('operation', 'longtext').notNullable().comment('JSON');
    table.index(['entity_key', 'created_at'], 'istio_jwt_enablements_entity');
    table.index(['phase', 'lease_until'], 'istio_jwt_enablements_driven');
  });

  await knex.schema.createTable('istio_jwt_enablement_locks', table => {
    table.comment('What only one operation at a time may touch');
    table.string('lock_key', 64).primary().comment('Digest of its name');
    table.text('name').notNullable().comment('For people who read the table');
    table.string('enablement_id', 36).notNullable();
    table.index(['enablement_id'], 'istio_jwt_enablement_locks_owner');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('istio_jwt_enablement_locks');
  await knex.schema.dropTable('istio_jwt_enablements');
  await knex.schema.dropTable('istio_jwt_enablement_plans');
};
