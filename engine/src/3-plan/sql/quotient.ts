/** Division as stacks divide: 34 significant digits, half to even. PostgreSQL's own `/` keeps about 16 and rounds half up. */
import { maxDecimalDigits, quotientDigits } from '../../values/decimal.ts';
import { numberLiteral, type Sql, sql } from './tree.ts';

const digits = numberLiteral(String(quotientDigits));
/** From here on a whole number has a digit too many. */
const oneTooMany = numberLiteral(`1e${quotientDigits}`);
const mostPlaces = numberLiteral(String(maxDecimalDigits));

/** The digits of a number without sign, point and leading zeros: none of zero. */
const digitCount = (value: Sql): Sql => sql`length(ltrim(translate(${value}::text, '-.', ''), '0'))`;

/**
 * The quotient of two numerics, by the steps of `Decimal.divide`: a whole quotient of 34 or 35 digits (`div` is exact, whatever
 * their number), then one rounding. Division by zero is raised (22012); null of null. `offset 0` keeps PostgreSQL from writing a
 * part's expression wherever its name stands, which would compute it each time.
 *
 * The sides stand in a subselect: an aggregate in them must name a column of the query (`count(*)` would count there).
 */
export function quotient(dividend: Sql, divisor: Sql): Sql {
  const sides = sql`(select (${dividend})::numeric as a, (${divisor})::numeric as b offset 0) "~s"`;
  const places = sql`(select scale("~s".a) - scale("~s".b) + ${digits} + ${digitCount(sql`"~s".b`)} - ${digitCount(sql`"~s".a`)} as places offset 0) "~p"`;
  const scaled = sql`(select abs("~s".a) * ('1e' || "~p".places)::numeric as n, abs("~s".b) as b offset 0) "~n"`;
  const whole = sql`(select case when div("~n".n, "~n".b) < ${oneTooMany} then 1 else 10 end as unit offset 0) "~u"`;
  const cut = sql`(select div("~n".n, "~n".b * "~u".unit) as q, "~n".b * "~u".unit as b offset 0) "~q"`;
  const rest = sql`(select 2 * ("~n".n - "~q".q * "~q".b) as twice offset 0) "~r"`;
  const up = sql`case when "~r".twice > "~q".b or ("~r".twice = "~q".b and "~q".q % 2 = 1) then 1 else 0 end`;
  const value = sql`(sign("~s".a) * sign("~s".b) * ("~q".q + ${up}) * "~u".unit * ('1e' || -"~p".places)::numeric)`;
  // What is smaller than the smallest decimal is rounded to the last place there is.
  return sql`(select trim_scale(case when scale("~v".v) > ${mostPlaces} then round("~v".v, ${mostPlaces}) else "~v".v end) from ${sides} cross join lateral ${places} cross join lateral ${scaled} cross join lateral ${whole} cross join lateral ${cut} cross join lateral ${rest} cross join lateral (select ${value} as v offset 0) "~v")`;
}
