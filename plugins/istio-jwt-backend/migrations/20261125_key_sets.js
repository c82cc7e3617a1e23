// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('istio_jwt_key_sets', table => {
    table.comment(
      'Last check of each key source (JWKS address or discovery) in use. Holds public keys and no token.',
    );
    table.string('id', 64).primary().comment('Digest of the source');
    table.text('uri').notNullable().comment('For people who read the table');
    table.bigInteger('checked_at').notNullable().comment('ms since the epoch');
    table.bigInteger('next_at').notNullable();
    table
      .bigInteger('claimed_until')
      .notNullable()
      .comment('One replica checks a source at a time');
    table.text('record').nullable().comment('JSON');
    table.index(['checked_at'], 'istio_jwt_key_sets_checked');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('istio_jwt_key_sets');
};
