/** The functions of family database. */
import type { FunctionDeclaration } from '../define.ts';
import { addOrEditRecord } from './add_or_edit_record.ts';
import { addRecord } from './add_record.ts';
import { deleteRecord } from './delete_record.ts';
import { directQuery } from './direct_query.ts';
import { editRecord } from './edit_record.ts';
import { getRecord } from './get_record.ts';
import { hasRecord } from './has_record.ts';
import { patchRecord } from './patch_record.ts';
import { queryRecords } from './query_records.ts';

export const databaseFunctions: readonly FunctionDeclaration[] = [
  queryRecords,
  getRecord,
  hasRecord,
  addRecord,
  editRecord,
  patchRecord,
  addOrEditRecord,
  deleteRecord,
  directQuery,
];
