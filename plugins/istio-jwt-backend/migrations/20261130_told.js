// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('istio_jwt_told', table => {
    table.comment('Who was told what by a notification, and when');
    table.string('recipient_key', 32).notNullable();
    table.string('subject_key', 32).notNullable();
    table.string('kind', 16).notNullable().comment('owner-notice, digest');
    table.text('recipient').notNullable().comment('Entity ref');
    table.bigInteger('lease_until').nullable().comment('Being told until then');
    table.bigInteger('told_at').nullable();
    table.primary(['recipient_key', 'subject_key']);
    table.index(['told_at'], 'istio_jwt_told_at');
  });
  await knex.schema.createTable('istio_jwt_owner_sendings', table => {
    table.comment('Each time that a person had owners told');
    table.string('id', 36).primary();
    table.string('sender', 255).notNullable();
    table.bigInteger('at').notNullable();
    table.index(['sender', 'at'], 'istio_jwt_owner_sendings_sender');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('istio_jwt_owner_sendings');
  await knex.schema.dropTable('istio_jwt_told');
};
