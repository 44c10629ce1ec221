/** Names that speak of secrets: what stands under one is masked in every log and alert. */

const secretName =
  /(?:^|[_-])pass$|pass(?:word|wd|phrase)s?$|secret|tokens?$|authorization|cookies?$|credential|(?:api|admin|private|access|token|encryption)[_-]?keys?$/i;

/** What is shown instead. */
export const mask = '***';

/** Whether a value under this name is masked. */
export const isSecretName = (name: string): boolean => secretName.test(name);
