/** A fault that is explained to the author of a template, at a place in its text where one is known. */
export class TemplateError extends Error {
  /** Where in the template's text, in UTF-16 units from 0; undefined where the stack must tell. */
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.name = "TemplateError";
    this.offset = offset;
  }
}
