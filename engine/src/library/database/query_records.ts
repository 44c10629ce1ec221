/** Reads lists of records, pages of them, and what is counted or summed over them. */
import { compileList } from '../../3-plan/sql/list.ts';
import { maxPerPage } from '../../limits.ts';
import { invokeList } from '../../query/query.ts';
import { defineFunction } from '../define.ts';
import {
  compiled,
  lockParameter,
  outputParameter,
  sortParameter,
  tableParameter,
  whereParameter,
  withParameter,
} from './shared.ts';

export const queryRecords = defineFunction({
  name: 'query_records',
  aliases: ['query_all_records', 'db_query', 'aggregate_query'],
  family: 'database',
  description: 'Reads the records that meet a condition: a list, a page of it, or groups with counts and sums.',
  parameters: {
    table: tableParameter,
    where: whereParameter,
    join: {
      kind: 'raw',
      description: 'Other tables by a name of one’s own, whose columns may then stand in expressions.',
      schema: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['table', 'on'],
          additionalProperties: false,
          properties: {
            table: { type: 'string' },
            type: { enum: ['inner', 'left'], default: 'inner' },
            on: { type: 'string', description: '`{{ db.c.id == db.order.customer_id }}`' },
          },
        },
      },
    },
    eval: {
      kind: 'raw',
      description: 'Computed columns by name: {"margin": "{{ db.order.total - db.order.cost }}"}.',
      schema: { type: 'object', additionalProperties: { type: 'string' } },
    },
    group_by: {
      kind: 'raw',
      description: 'The columns that make a group.',
      schema: { type: 'array', items: { type: 'string' } },
    },
    aggregate: {
      kind: 'raw',
      description:
        'Counts and sums by name: {"n": "{{ db.order|count }}", "sum": "{{ db.order.total|sum }}"}. Without group_by the answer is one object.',
      schema: { type: 'object', additionalProperties: { type: 'string' } },
    },
    having: { kind: 'where', description: 'A condition over the groups: `{{ (db.order|count) > 5 }}`.' },
    distinct: {
      kind: 'literal',
      description: 'Leaves out rows that are the same as another one.',
      schema: { type: 'boolean' },
      default: false,
    },
    sort: sortParameter,
    limit: { kind: 'value', types: ['int'], description: 'Rows at most.' },
    offset: { kind: 'value', types: ['int'], description: 'Rows to leave out at the beginning.' },
    page: {
      kind: 'value',
      types: ['int'],
      description: 'The page, from 1: the answer is {items, page, per_page, next_page, previous_page}.',
    },
    cursor: {
      kind: 'value',
      types: ['text'],
      description: '`next_cursor` of the page before, null for the first: the answer is {items, per_page, next_cursor}.',
    },
    per_page: {
      kind: 'value',
      types: ['int'],
      description: `Rows of a page, 1 to ${maxPerPage}; by default the workspace's per_page.`,
    },
    totals: {
      kind: 'literal',
      description: 'Adds `total`, the number of all rows.',
      schema: { type: 'boolean' },
      default: false,
    },
    output: outputParameter,
    with: withParameter,
    lock: lockParameter,
    skip_locked: {
      kind: 'literal',
      description: 'Leaves out rows that others have locked.',
      schema: { type: 'boolean' },
      default: false,
    },
  },
  habits: [
    { names: ['order'], instead: () => 'Write "sort": ["-created_at"], with - before what sorts downwards.' },
    { names: ['order_by'], instead: () => 'Write "sort": ["-created_at"], with - before what sorts downwards.' },
    { names: ['select'], instead: () => 'Write "output": ["id", "name"].' },
    { names: ['paging'], instead: () => 'Write "page" and "per_page" as parameters of their own.' },
    {
      names: ['count'],
      instead: () => 'Write "aggregate": {"n": "{{ db.TABLE|count }}"}; without group_by the answer is one object.',
    },
    { names: ['addon'], instead: () => 'Write "with": {"lines": {"table": …, "where": …}}.' },
  ],
  effects: ['query'],
  ...compiled(compileList, invokeList),
  examples: [
    {
      title: 'A page of open orders, newest first',
      stack: [
        {
          function: 'query_records',
          table: 'order',
          where: '{{ db.order.status ==? input.status }}',
          sort: ['-created_at'],
          page: '{{ input.page }}',
          per_page: 20,
          totals: true,
          return_as: 'orders',
        },
      ],
    },
    {
      title: 'Number and sum by status',
      stack: [
        {
          function: 'query_records',
          table: 'order',
          group_by: ['status'],
          aggregate: { n: '{{ db.order|count }}', sum: '{{ db.order.total|sum }}' },
          return_as: 'by_status',
        },
      ],
    },
  ],
});
