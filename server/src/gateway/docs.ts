/** Pages for people: a group's documentation, the list of groups, what an error code means. None needs another host. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { errorKinds } from '@ashlar/engine';
import type { ServedGroup, Snapshot } from '../domains/publishing/index.ts';
import type { Answer } from './response.ts';

const require = createRequire(import.meta.url);

interface Interface {
  readonly folder: string;
  readonly version: string;
}

let found: Interface | null = null;

/** Where the packaged files of the documentation page are. */
function userInterface(): Interface {
  if (found === null) {
    const manifest = require.resolve('swagger-ui-dist/package.json');
    const { version } = require(manifest) as { readonly version: string };
    found = { folder: dirname(manifest), version };
  }
  return found;
}

const assetTypes: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const assets = new Map<string, Promise<Buffer>>();

function assetPath(name: string): string {
  return `/assets/swagger-ui-${userInterface().version}/${name}`;
}

/** A file of the documentation page by its path, or null. The path carries the version, so that it may be kept for ever. */
export async function assetAnswer(path: string): Promise<Answer | null> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const type = Object.hasOwn(assetTypes, name) ? assetTypes[name] : undefined;
  if (type === undefined || path !== assetPath(name)) return null;
  let content = assets.get(name);
  if (content === undefined) {
    content = readFile(join(userInterface().folder, name));
    assets.set(name, content);
  }
  const headers = ['X-Content-Type-Options', 'nosniff', 'Cache-Control', 'public, max-age=31536000, immutable'];
  return {
    status: 200,
    headers,
    body: await content,
    contentType: type,
    validated: true,
    compressible: !type.startsWith('image/'),
  };
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.5rem}li{margin:.6rem 0}code{font-family:ui-monospace,monospace}small{opacity:.7}`;

function page(title: string, body: string, contentSecurityPolicy: string, head = ''): Answer {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${head}</head>
<body>
${body}
</body>
</html>
`;
  const headers = [
    'X-Content-Type-Options',
    'nosniff',
    'Content-Security-Policy',
    contentSecurityPolicy,
    'Referrer-Policy',
    'no-referrer',
    'Cache-Control',
    'no-cache',
  ];
  return { status: 200, headers, body: html, contentType: 'text/html; charset=utf-8', compressible: true };
}

function plainPage(title: string, body: string): Answer {
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
  return page(title, body, policy, `<style nonce="${nonce}">${style}</style>\n`);
}

/** JSON that may stand inside a script element. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * The documentation page of a group. Only the two scripts that carry this answer's nonce run: not even a file of this
 * server would, so that nothing a user publishes can become script here.
 */
export function docsPage(key: string, group: ServedGroup): Answer {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The page's library writes style attributes; styles can't call anything under this policy.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const options = {
    url: `/api:${key}/openapi.json`,
    dom_id: '#docs',
    validatorUrl: null,
    deepLinking: true,
    docExpansion: 'list',
  };
  const body = `<div id="docs"></div>
<script nonce="${nonce}" src="${assetPath('swagger-ui-bundle.js')}"></script>
<script nonce="${nonce}">SwaggerUIBundle(${scriptJson(options)});</script>`;
  const head = `<link rel="icon" type="image/png" href="${assetPath('favicon-32x32.png')}">
<link rel="stylesheet" href="${assetPath('swagger-ui.css')}">
`;
  return page(group.definition.title || key, body, policy, head);
}

function groupItem(key: string, group: ServedGroup): string {
  const name = escapeHtml(group.definition.title || key);
  const path = `/api:${encodeURIComponent(key).replaceAll('%3A', ':')}`;
  const description = group.definition.description === '' ? '' : `<br>${escapeHtml(group.definition.description)}`;
  return `<li><a href="${path}/docs">${name}</a> <code>${escapeHtml(path)}</code> <small><a href="${path}/openapi.json">openapi.json</a></small>${description}</li>`;
}

/** The list of groups that show their documentation. */
export function indexPage(snapshot: Snapshot | undefined): Answer {
  const groups = [...(snapshot?.groups ?? [])].filter(([, group]) => group.definition.docs).sort(([a], [b]) => (a < b ? -1 : 1));
  const list =
    groups.length === 0
      ? '<p>No API group is served yet. <code>ashlar push</code> publishes a workspace.</p>'
      : `<ul>\n${groups.map(([key, group]) => groupItem(key, group)).join('\n')}\n</ul>`;
  return plainPage(
    'Ashlar',
    `<h1>API groups</h1>\n${list}\n<p><small><a href="/openapi.json">openapi.json</a> of everything · <a href="/health">health</a></small></p>`,
  );
}

/** What an error code means and how to solve it; null for an unknown one. */
export function errorPage(code: string): Answer | null {
  const kind = errorKinds().find((candidate) => candidate.code === code);
  if (kind === undefined) return null;
  const solve = escapeHtml(kind.solve).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
  return plainPage(
    code,
    `<h1><code>${escapeHtml(code)}</code></h1>\n<p>${escapeHtml(kind.title)}. Status ${kind.status}.</p>\n<p>${solve}</p>`,
  );
}
