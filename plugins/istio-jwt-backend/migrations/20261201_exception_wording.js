// @ts-check

const EXCEPTIONS = 'istio_jwt_exceptions';

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable(EXCEPTIONS, table => {
    table
      .text('worded_by')
      .nullable()
      .comment('Who wrote the reason, or set a later end, last');
  });
  await knex(EXCEPTIONS).update({
    worded_by: knex('istio_jwt_exception_history')
      .select('by')
      .whereRaw('exception_id = ??', [`${EXCEPTIONS}.id`])
      .whereIn('action', ['requested', 'changed'])
      .orderBy('revision', 'desc')
      .limit(1),
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable(EXCEPTIONS, table => {
    table.dropColumn('worded_by');
  });
};
