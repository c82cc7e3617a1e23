// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('istio_jwt_coverage_hosts', table => {
    table.comment('By which hosts of which gateways a Service is reached');
    table.string('row_key', 32).notNullable().comment('Of the coverage');
    table.string('gateway', 500).notNullable();
    table.string('address', 300).notNullable().comment('protocol://host:port');
    table.string('state', 16).notNullable().comment('The worst way in');
    table.integer('state_rank').notNullable().comment('0 is the worst');
    table.primary(['row_key', 'gateway', 'address']);
    table.index(
      ['gateway', 'state_rank', 'address', 'row_key'],
      'istio_jwt_coverage_hosts_gateway',
    );
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('istio_jwt_coverage_hosts');
};
