/** What must not be shown, as far as this instance's own files tell: for what shows no definition, and has none to ask. */
import type { SecretValue } from "../definition/definition.ts";
import { parseSecrets } from "../definition/secrets.ts";
import { writtenForms } from "../definition/written_forms.ts";
import type { ReadSystem } from "../host/system.ts";
import { SECRETS_FILE } from "../layout.ts";

/** Returns the generated secrets in every form that a template may have written. Throws {@linkcode InvalidError} where they cannot be read. */
export function knownSecrets(system: ReadSystem): readonly SecretValue[] {
  const content = system.readFile(`${system.user.home}/${SECRETS_FILE}`);
  const secrets = content === undefined ? {} : parseSecrets(content);
  return Object.entries(secrets).map(([name, value]) => ({ name, value })).flatMap(writtenForms);
}
