/** The bearer token (RFC 6750) of an Authorization header; null for none, '' for another scheme or a malformed one. */
export function bearerToken(header: string | undefined): string | null {
  if (header === undefined || header === '') return null;
  return /^bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header)?.[1] ?? '';
}
