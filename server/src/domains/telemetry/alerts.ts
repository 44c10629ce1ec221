/** Alerts: stored in the control database when a stack raises one, listed newest first. */
import {
  AshlarError,
  badCursor,
  decodeJson,
  defineError,
  encodeJson,
  errorOf,
  Timestamp,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import { newId } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';

const alertTooLarge = defineError<{ limitBytes: number }>({
  code: 'alert_too_large',
  status: 400,
  title: "An alert's data are too large",
  solve: 'Keep the figures that matter, or a link to the rest.',
  message: (d) => `The data of an alert may have ${d.limitBytes} bytes at most.`,
});

const longestData = 65_536;

/** An alert to store. */
export interface NewAlert {
  readonly environmentId: string;
  readonly alertType: string;
  readonly endpoint: string;
  readonly data: Value;
}

/** An alert as the control API lists it. */
export interface Alert {
  readonly id: string;
  readonly alert_type: string;
  readonly severity: string;
  readonly workspace: string | null;
  readonly environment: string | null;
  readonly endpoint: string | null;
  readonly data: unknown;
  /** ISO 8601. */
  readonly created_at: string;
}

/** The data of an alert as JSON. Throws `alert_too_large`, also for data that are nested too deeply. */
export function expectStorable(data: Value): string {
  try {
    return encodeJson(data, { decimals: 'number', limitBytes: longestData });
  } catch (error) {
    if (error instanceof AshlarError) throw errorOf(alertTooLarge, { limitBytes: longestData }, { cause: error });
    throw error;
  }
}

/** Stores an alert. Throws `alert_too_large`, or that the database is not there. */
export async function storeAlert(postgres: Postgres, alert: NewAlert): Promise<ValueObject> {
  const data = expectStorable(alert.data);
  const id = newId('alr');
  const { rows } = await postgres.control<{ created_at: Date }>(
    `insert into alerts (id, environment_id, alert_type, severity, endpoint, data)
     values ($1, $2, $3, 'medium', $4, $5) returning created_at`,
    [id, alert.environmentId, storableText(alert.alertType), alert.endpoint, storableJson(data)],
  );
  return { id, alert_type: alert.alertType, created_at: Timestamp.of(rows[0]?.created_at.getTime() ?? Date.now()) };
}

/** NUL and lone surrogates can stand in texts of the language, but not in PostgreSQL's: an alert is not refused for that. */
const storableText = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed();
const storableJson = (json: string): string => json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, '$1\\ufffd');

interface Row {
  readonly id: string;
  readonly alert_type: string;
  readonly severity: string;
  readonly workspace: string | null;
  readonly environment: string | null;
  readonly endpoint: string | null;
  readonly data: unknown;
  readonly created_at: Date;
}

/** A page of alerts, newest first. Throws `bad_cursor`. */
export async function listAlerts(
  postgres: Postgres,
  page: { readonly limit: number; readonly cursor: string | undefined; readonly alertType: string | undefined },
): Promise<{ readonly alerts: readonly Alert[]; readonly nextCursor: string | undefined }> {
  const after = page.cursor === undefined ? null : readCursor(page.cursor);
  const { rows } = await postgres.control<Row>(
    `select a.id, a.alert_type, a.severity, w.name as workspace, e.name as environment, a.endpoint, a.data, a.created_at
     from alerts a
     left join environments e on e.id = a.environment_id
     left join workspaces w on w.id = e.workspace_id
     where ($1::timestamptz is null or (a.created_at, a.id) < ($1::timestamptz, $2::text))
       and ($3::text is null or a.alert_type = $3::text)
     order by a.created_at desc, a.id desc limit $4`,
    [after?.createdAt ?? null, after?.id ?? null, page.alertType ?? null, page.limit + 1],
  );
  const alerts = rows.slice(0, page.limit).map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
  const last = alerts.at(-1);
  const more = rows.length > page.limit && last !== undefined;
  return { alerts, nextCursor: more ? writeCursor(last.created_at, last.id) : undefined };
}

const writeCursor = (createdAt: string, id: string): string => Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

function readCursor(text: string): { createdAt: string; id: string } {
  try {
    const parts: Value = decodeJson(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts)) {
      const [createdAt, id]: readonly (Value | undefined)[] = parts;
      if (typeof createdAt === 'string' && Timestamp.parse(createdAt) !== null && typeof id === 'string')
        return { createdAt, id };
    }
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
  }
  throw errorOf(badCursor, {});
}
