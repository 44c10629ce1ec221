/** What publishing can end with, each code once. */
import { defineError } from '@ashlar/engine';

export const workspaceInvalid = defineError<{ errors: number; first: string }>({
  code: 'workspace_invalid',
  status: 422,
  title: 'The workspace has problems and was not published',
  solve:
    '`payload.problems` lists every problem with file, line, column and hint. `ashlar check` shows the same without publishing.',
  message: (d) => `The workspace has ${d.errors === 1 ? 'a problem' : `${d.errors} problems`} and was not published. ${d.first}`,
});
export const workspaceNameDiffers = defineError<{ wanted: string; found: string }>({
  code: 'workspace_name_differs',
  status: 422,
  title: 'The files name another workspace than the address',
  solve: 'Call the address of the workspace that `ashlar.jsonc` names, or change `name` there.',
  message: (d) => `The files are of the workspace "${d.found}", the address says "${d.wanted}".`,
});
export const planNeedsAnswers = defineError<{ summary: string }>({
  code: 'plan_needs_drops',
  status: 409,
  title: 'The schema change would lose data, or needs an answer',
  solve:
    '`payload.plan` shows it. Name each table or column that may be dropped (`--drop order.note`, `drops: ["order.note"]`), or say in the file what it was called before (`"was": "old_name"`).',
  message: (d) => `The change of the tables needs an answer first: ${d.summary}`,
});
export const groupTaken = defineError<{ path: string; workspace: string }>({
  code: 'group_taken',
  status: 409,
  title: 'Another workspace serves a group of this name',
  solve: 'Group paths are unique in an instance. Give the group another `"path"` in its group.jsonc, or rename its folder.',
  message: (d) =>
    `/api:${d.path} belongs to the workspace "${d.workspace}". Give the group another "path" in its group.jsonc, or rename its folder.`,
});
export const environmentIsDefault = defineError<{ name: string }>({
  code: 'environment_is_default',
  status: 409,
  title: 'The default environment can not be removed before the others',
  solve: 'It serves the short addresses (`/api:shop`). Remove the other environments first, or the whole workspace.',
  message: (d) => `"${d.name}" is the default environment of its workspace, and there are others.`,
});
export const removalNotConfirmed = defineError<{ name: string }>({
  code: 'removal_not_confirmed',
  status: 422,
  title: 'What is to be removed was not named twice',
  solve: 'Send the name once more as `?confirm=NAME` (`--confirm NAME`). Its data are gone then.',
  message: (d) => `"confirm" must be ${JSON.stringify(d.name)}, the name of what is to be removed with its data.`,
});
export const versionConflict = defineError<{ parent: string; head: string }>({
  code: 'version_conflict',
  status: 409,
  title: 'Another version was published in the meantime',
  solve: 'Pull the version in force, bring your changes over, and publish again with its id as `parent`.',
  message: (d) => `The version in force is ${d.head}, not ${d.parent}.`,
});
export const versionTooLarge = defineError<{ what: string; bytes: number; limitBytes: number }>({
  code: 'version_too_large',
  status: 413,
  title: "The workspace's files are larger than allowed",
  solve:
    'A file may have 20 MB, all files of a version together 45 MB. Load larger data through an endpoint instead of `seeds/`.',
  message: (d) => `${d.what} has ${d.bytes} bytes; ${d.limitBytes} are allowed.`,
});
export const fileRefused = defineError<{ path: string; reason: string }>({
  code: 'file_refused',
  status: 422,
  title: 'A file of the workspace has a path that is not allowed',
  solve: 'Paths are relative to the workspace, with forward slashes, without `.` and `..`. `env.local.jsonc` is never published.',
  message: (d) => `${d.path}: ${d.reason}.`,
});
export const environmentHeld = defineError<object>({
  code: 'environment_held',
  status: 503,
  title: 'The tables are being changed at this moment',
  solve: 'Try again after the seconds in Retry-After.',
  message: () => 'The tables of this environment are being changed; try again in a moment.',
});
export const publicationBusy = defineError<{ seconds: number }>({
  code: 'publication_busy',
  status: 409,
  title: 'Another publication to this environment takes long',
  solve: 'See how far it is with `GET …/publications`, stop it or wait for it, then publish again.',
  message: (d) => `Another publication to this environment was not done within ${d.seconds} seconds.`,
});
export const publicationGivenUp = defineError<object>({
  code: 'publication_given_up',
  status: 503,
  title: 'The connection that reserves the environment was lost before anything was changed',
  solve: 'The version before stayed in force. Publish again.',
  message: () => 'The publication lost its reservation and was given up; nothing was changed.',
});
export const publicationCancelled = defineError<object>({
  code: 'publication_cancelled',
  status: 409,
  title: 'The publication was stopped through the control API',
  solve: 'The version before stayed in force and nothing was changed. Publish again when you like.',
  message: () => 'The publication was stopped; nothing was changed.',
});
export const publicationOver = defineError<{ id: string; state: string }>({
  code: 'publication_over',
  status: 409,
  title: 'The publication can no longer be cancelled',
  solve:
    'Seeds and indexes can be cancelled while they are under way; what is in force is taken back by restoring the version before.',
  message: (d) => `Publication ${d.id} is ${d.state} and can't be cancelled.`,
});
