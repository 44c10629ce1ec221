/** What the client of the hot messages hands rows to. */

/** Takes rows out of the client's buffer, which holds them only during the call. After it threw it takes no more. */
export interface RowReader {
  /**
   * One row. Throws `number_out_of_range` and `text_too_large`, as the general way (`rowOf`) does.
   * @param at where the row's fields begin: each is an int32 length (-1: NULL) and its bytes, in PostgreSQL's text form, UTF-8
   */
  row(bytes: Buffer, at: number, fieldCount: number): void;
}
