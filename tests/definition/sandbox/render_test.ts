import assert from "node:assert/strict";
import fc from "fast-check";
import type { RenderJob } from "../../../src/definition/renderer.ts";
import { Helpers } from "../../../src/definition/sandbox/helpers.ts";
import { render } from "../../../src/definition/sandbox/render.ts";
import { strict } from "../../../src/definition/sandbox/strict.ts";

const helpers = await Helpers.load(["passwordhash"], "00".repeat(32));
const it = strict({
  app: { name: "forgejo" },
  variables: {
    domain: "git.example.org",
    port: 3000,
    peers: ["10.0.0.0/8"],
    flag: false,
    "odd-name": 1,
  },
  secrets: { db: "s3cret" },
  neighbours: [],
  ...helpers.names,
}, "it");

/** Renders and returns the text, or what is wrong as line:column: message. */
function rendered(text: string, job: Partial<RenderJob> = {}): string {
  const outcome = render({ file: "t", text, ...job }, it, 1000);
  if (outcome.ok) return outcome.text;
  return outcome.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`).join("\n");
}

const MALFORMED: readonly [string, string][] = [
  [
    "<%= it.variables.domian %>",
    "1:18: it.variables.domian does not exist; did you mean it.variables.domain?",
  ],
  [
    "a\nb\n  <%= it.variables.domian %>",
    "3:20: it.variables.domian does not exist; did you mean it.variables.domain?",
  ],
  ["<%= it.variabels.domain %>", "1:8: it.variabels does not exist; did you mean it.variables?"],
  ["<%= it.constructor %>", "1:8: it.constructor does not exist"],
  ["<%= it.constructor.constructor('return 1')() %>", "1:8: it.constructor does not exist"],
  ["<%= it.toString() %>", "1:8: it is a mapping: print one of its values, or JSON.stringify(it)"],
  [
    "<%= `${it.variables}` %>",
    "1:11: it.variables is a mapping: print one of its values, or JSON.stringify(it.variables)",
  ],
  [
    "<%= '' + it.variables.peers %>",
    '1:8: it.variables.peers is a list: join it, as in it.variables.peers.join(" ")',
  ],
  [
    "<%= it %>",
    "1:5: This gives a mapping, which cannot be printed: use JSON.stringify(), or print one of its values",
  ],
  [
    "<%= it.variables %>",
    "1:5: This gives a mapping, which cannot be printed: use JSON.stringify(), or print one of its values",
  ],
  [
    "<%= it.variables.peers %>",
    '1:5: This gives a list, which cannot be printed: join it, as in .join(" "), or use JSON.stringify()',
  ],
  ["<%= it.variables.peers[3] %>", "1:23: it.variables.peers[3] does not exist: the list has 1 item"],
  [
    "<%= it.variables.peers.lenght %>",
    "1:24: it.variables.peers.lenght does not exist; did you mean it.variables.peers.length?",
  ],
  ["<%= it.variables.peers[-1] %>", "1:23: it.variables.peers[-1] does not exist: the list has 1 item"],
  ["<%= it.passwordhash %>", "1:5: This gives a function, which cannot be printed: call it"],
  ["<%= undefined %>", "1:5: This gives undefined, which cannot be printed"],
  ["<%= null %>", "1:5: This gives null, which cannot be printed"],
  ["<%= 0/0 %>", "1:5: This gives NaN, which cannot be printed"],
  ["<%= 1/0 %>", "1:5: This gives Infinity, which cannot be printed"],
  ["<%= Symbol('x') %>", "1:5: This gives a symbol, which cannot be printed"],
  [
    "<%= {a: 1} %>",
    "1:5: This gives a mapping, which cannot be printed: use JSON.stringify(), or print one of its values",
  ],
  [
    "<%= [1].map(x => x) %>",
    '1:5: This gives a list, which cannot be printed: join it, as in .join(" "), or use JSON.stringify()',
  ],
  [
    "x <%~ it.variables %>",
    "1:7: This gives a mapping, which cannot be printed: use JSON.stringify(), or print one of its values",
  ],
  ["<% it.variables.port = 1 %>", "1:22: it.variables.port cannot be changed: templates only read"],
  ["<% delete it.variables.port %>", "1:14: it.variables.port cannot be changed: templates only read"],
  ["<% it.x = 1 %>", "1:9: it.x cannot be changed: templates only read"],
  [
    "<% it.variables.peers.push('x') %>",
    "1:23: it.variables.peers[1] cannot be changed: templates only read",
  ],
  ["<% Object.defineProperty(it, 'a', {value: 1}) %>", "1:11: it.a cannot be changed: templates only read"],
  [
    "<% it.variables.__proto__ = {} %>",
    "1:27: it.variables.__proto__ cannot be changed: templates only read",
  ],
  ["<% x = 1 %>", "1:6: x is not defined"],
  [
    "<% with (it) { %><% } %>",
    "1:1: Cannot understand this code: Strict mode code may not include a with statement",
  ],
  ["<%", "1:1: This tag is never closed with %>"],
  ["a\nb <% if (1) {", "2:3: This tag is never closed with %>"],
  [
    "<%= 'a %>",
    "1:5: This quote is never closed. Eta takes every quote inside a tag for the begin of a string, in // comments and regular expressions too: use /* */ there, or \\x27, \\x22, \\x60",
  ],
  [
    "<% // don't %>\n",
    "1:10: This quote is never closed. Eta takes every quote inside a tag for the begin of a string, in // comments and regular expressions too: use /* */ there, or \\x27, \\x22, \\x60",
  ],
  ["<% /* open %>", "1:4: This comment is never closed with */"],
  [
    "<% `a %>",
    "1:4: This quote is never closed. Eta takes every quote inside a tag for the begin of a string, in // comments and regular expressions too: use /* */ there, or \\x27, \\x22, \\x60",
  ],
  ["<%= %>", "1:1: There is nothing to print in this tag"],
  ["<% if (true) { %>\nx\n", '1:14: This "{" is never closed'],
  ["<% } %>", '1:4: This "}" closes nothing'],
  ["a\n<% if (true) { %>\nx\n<% } } %>\ny", '4:6: This "}" closes nothing'],
  ["<% for (const p of it.variables.peers { %>\n<% } %>", '1:8: This "(" is never closed'],
  ["<%= it.variables.domain; %>", "1:1: A tag that prints takes one expression: remove the semicolon"],
  ["<%= a b %>", "1:1: Cannot understand this code: Unexpected identifier 'b'"],
  ["<%= 1) ; (2 %>", '1:6: This ")" closes nothing'],
  ["<%= it.variables. %>", "1:1: This is not one complete expression"],
  [
    "a\n<% let a = 1 %>\n<% let a = 2 %>\n",
    "3:1: Cannot understand this code: Identifier 'a' has already been declared",
  ],
  ["<% const x %>", "1:1: Cannot understand this code: Missing initializer in const declaration"],
  ["<% let x = = 1 %>", "1:1: Cannot understand this code: Unexpected token '='"],
  ["ok\n<%= 1 %>\n<%= 2 + %>\n<%= 3 %>", "3:1: This is not one complete expression"],
  ["<%# comment %>", "1:1: Eta has no tag <%#: a comment is <%/* … */%>"],
  [
    "<% await 1 %>",
    "1:1: Cannot understand this code: await is only valid in async functions and the top level bodies of modules",
  ],
  ["<%= nope %>", "1:5: nope is not defined"],
  ["<%= nope() %>", "1:1: nope is not defined"],
  ["<%= it.variables.domain.foo.bar %>", "1:29: Cannot read properties of undefined (reading 'bar')"],
  ["<%= it.variables.domain() %>", "1:18: it.variables.domain is not a function"],
  ["<% throw new Error('say why') %>", "1:10: say why"],
  ["<% throw 'text' %>", "1:1: text"],
  ["<% throw null %>", "1:1: The template threw something that is no Error"],
  ["<% throw {toString() { throw 1 }} %>", "1:1: The template threw something that is no Error"],
  ["<%= include('x') %>", "1:5: include is not available: a template reads no other file"],
  ["<% layout('x') %>", "1:4: layout is not available: a template reads no other file"],
  ["<%= new Date() %>", "1:5: Date is not available: the same values must give the same text"],
  ["<%= Promise.resolve(1) %>", "1:13: Promise.resolve is not a function"],
  ["<%= import('node:fs') %>", "1:5: import is not available, not even as a word: a template has no modules"],
  [
    "<%= import/**/('node:fs') %>",
    "1:5: import is not available, not even as a word: a template has no modules",
  ],
  ["<%= import.meta.url %>", "1:5: import is not available, not even as a word: a template has no modules"],
  [
    "<% import x from 'node:fs' %>",
    "1:4: import is not available, not even as a word: a template has no modules",
  ],
  ["<% async function f() {} %>", "1:4: async is not available: a template is done when its last line is"],
  ["<% (async () => {})() %>", "1:5: async is not available: a template is done when its last line is"],
  ["<%= '\\ud800' %>", "1:1: The text is no valid Unicode: it has half of a surrogate pair"],
  ["<% switch (1) { %>\n<% case 1: %>x<% } %>", "1:1: The code of this tag is not complete"],
  ["<%\n\n  let ok = 1\n  it.variables.nope\n%>", "4:16: it.variables.nope does not exist"],
  ["<%\n let a = 1\n let b = = 2\n%>", "1:1: Cannot understand this code: Unexpected token '='"],
  ["<%= it.passwordhash() %>", "1:8: passwordhash() takes a password that is not empty"],
  ["<%= it.passwordhash('') %>", "1:8: passwordhash() takes a password that is not empty"],
  [
    "<%= it.passwordhash('x'.repeat(73)) %>",
    "1:8: passwordhash() with bcrypt takes at most 72 bytes: it would ignore the rest",
  ],
  ["<%= it.passwordhash('a\\0b') %>", "1:8: passwordhash() refuses a password with a NUL character"],
  [
    "<%= it.passwordhash('a', {algorithm: 'md5'}) %>",
    '1:8: passwordhash() knows the algorithms "bcrypt" and "sha512crypt"',
  ],
  ["<%= it.passwordhash('a', {cost: 3}) %>", "1:8: passwordhash() takes a cost from 4 to 14"],
  [
    "<%= it.passwordhash('a', {rounds: 5000}) %>",
    "1:8: passwordhash() takes rounds for sha512crypt; for bcrypt it is cost",
  ],
  [
    "<%= it.passwordhash('a', {salt: 'x'}) %>",
    '1:8: passwordhash() has no option "salt": it has algorithm, cost, rounds',
  ],
  ["<%= it.passwordhash('a', null) %>", "1:8: passwordhash() takes its options as { name: value }"],
  ["<%= it.unitvalue('a\\nb') %>", "1:8: unitvalue() refuses control characters: the value has U+000A"],
  ["<%= it.execvalue({}) %>", "1:8: execvalue() takes a string, a number or a boolean"],
  ["<%= it.unitvalue() %>", "1:8: unitvalue() takes a string, a number or a boolean"],
  ["<% output(null) %>", "1:4: This gives null, which cannot be printed"],
  [
    "<% it.variables['odd-nam'] %>",
    '1:16: it.variables["odd-nam"] does not exist; did you mean it.variables["odd-name"]?',
  ],
  [
    "<%= it.variables.peers.map(p => p.nope) %>",
    '1:5: This gives a list, which cannot be printed: join it, as in .join(" "), or use JSON.stringify()',
  ],
  ["a\r\nb <%= it.nope %>", "2:10: it.nope does not exist"],
  ["<%= JSON.stringify(it.variables.nope) %>", "1:33: it.variables.nope does not exist"],
  [
    "<% const {domian} = it.variables %>",
    "1:11: it.variables.domian does not exist; did you mean it.variables.domain?",
  ],
  [
    "<% if (it.variables.flagg) { %>x<% } %>",
    "1:21: it.variables.flagg does not exist; did you mean it.variables.flag?",
  ],
  ["<% if (/[{]/.test('a') { %>x<% } %>", '1:7: This "(" is never closed'],
];

for (const [text, problem] of MALFORMED) {
  Deno.test(`render() says what is wrong with ${JSON.stringify(text)}`, () => {
    assert.equal(rendered(text), problem);
  });
}

const WELL_FORMED: readonly [string, string][] = [
  ["a: <%= it.variables.domain %>\nb: <%= it.variables.port %>\n", "a: git.example.org\nb: 3000\n"],
  ["<%~ it.variables.domain %>", "git.example.org"],
  ["<a href='&'><%= \"<&>\" %></a>", "<a href='&'><&></a>"],
  ["a\r\n<%= 1 %>\r\nb\r\n", "a\r\n1\r\nb\r\n"],
  ["<% for (const p of it.variables.peers) { -%>\n- <%= p %>\n<% } -%>\nend", "- 10.0.0.0/8\nend"],
  ["<% if (true) { -%>\r\nx\r\n<% } -%>\r\n", "x\r\n"],
  ["a  \n<%_ 1 _%>  \n b", "ab"],
  ["a\n<%- 1 -%>\nb", "ab"],
  ["<%= JSON.stringify(it.variables.peers) %>", '["10.0.0.0/8"]'],
  [
    "<%= JSON.stringify({ ...it.variables }) %>",
    '{"domain":"git.example.org","port":3000,"peers":["10.0.0.0/8"],"flag":false,"odd-name":1}',
  ],
  ["<%= Object.keys(it.variables).length %>", "5"],
  ["<%= Object.entries(it.secrets).map(([k, v]) => k + v).join() %>", "dbs3cret"],
  ['<%= "nope" in it.variables %> <%= "port" in it.variables %>', "false true"],
  ["<%= it.variables.flag ? 1 : 2 %>", "2"],
  ["<%= it.variables?.port %>", "3000"],
  ["<%= [...it.variables.peers, 'x'].join(' ') %>", "10.0.0.0/8 x"],
  ["<%= it.variables.peers.includes('x') %>", "false"],
  ["<%= Array.isArray(it.variables.peers) %>", "true"],
  ["<%= it.variables.peers.filter((p) => p.includes(':')).length %>", "0"],
  ["<%= it.variables.peers.concat(['x']).toSorted().join() %>", "10.0.0.0/8,x"],
  ["<%= it.neighbours.map((n) => n.nope).join() %>", ""],
  ["<% for (const [i, p] of it.variables.peers.entries()) { output(i + p) } %>", "010.0.0.0/8"],
  ["<%= 1n %> <%= '' %> <%= true %> <%= -0.5 %>", "1  true -0.5"],
  ["<%= it.variables.domain // the domain\n%>", "git.example.org"],
  ["<% /* it's */ %>`\\${it}'\"", "`\\${it}'\""],
  ["<%= '%' + '>' %><%= `%>` %>", "%>%>"],
  ["<% try { it.nope } catch { output('none') } %>", "none"],
  ["ü <%= 'é 🦕' %>", "ü é 🦕"],
];

for (const [text, expected] of WELL_FORMED) {
  Deno.test(`render() renders ${JSON.stringify(text)}`, () => assert.equal(rendered(text), expected));
}

const HIDDEN_IMPORTS = [
  "import <!-- x\n('node:fs')",
  "import // x\n('node:fs')",
  "im\\u0070ort('node:fs')",
  "/'/; import('node:fs'); /'/",
  "`${import('node:fs')}`",
];

for (const code of HIDDEN_IMPORTS) {
  Deno.test(`render() refuses ${JSON.stringify(code)}`, () => {
    assert.match(
      rendered(`<% ${code} %>`),
      /^1:\d+: (import is not available|Cannot understand this code: Keyword must not)/,
    );
  });
}

Deno.test("render() ends endless recursion", () => {
  assert.match(rendered("<% function f() { f() } f() %>"), /^1:\d+: Maximum call stack size exceeded$/);
});

Deno.test("render() counts the first line from where the text begins in its file", () => {
  const at = { line: 12, column: 9 };
  assert.equal(rendered("<%= it.nope %>", at), "12:16: it.nope does not exist");
  assert.equal(rendered("\n<%= it.nope %>", at), "13:8: it.nope does not exist");
});

Deno.test("render() limits bytes, not characters, and is not fooled by a template that catches the error", () => {
  const problem = "1:1: The text is longer than 1000 bytes";
  assert.equal(rendered("x".repeat(1000)).length, 1000);
  assert.equal(rendered("ü".repeat(501)), problem);
  assert.equal(rendered("<% for (let i = 0; i < 9999; i++) try { output('x') } catch {} %>"), problem);
});

Deno.test("render() keeps text without tags as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    fc.pre(!text.includes("<%"));
    assert.equal(rendered(text), text);
  }));
});

Deno.test("render() gives any string back that a template prints", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (value) => {
    assert.equal(rendered(`a<%= ${JSON.stringify(value)} %>b`), `a${value}b`);
  }));
});

Deno.test("render() ends in text or in one problem inside the template, whatever the template", () => {
  const piece = fc.constantFrom(
    ...[
      "<%",
      "<%=",
      "<%~",
      "<%_",
      "<%-",
      "%>",
      "-%>",
      "_%>",
      "'",
      '"',
      "`",
      "${",
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      "/",
      "/*",
      "*/",
    ],
    ...[
      "//",
      "\\",
      "\n",
      "\r\n",
      " ",
      ";",
      "it",
      ".",
      "x",
      "=",
      "=>",
      "if",
      "else",
      "let a",
      "throw 1",
      "0__0",
      "__ppm",
      "ü",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const outcome = render({ file: "t", text }, it, 1000);
      if (outcome.ok) return;
      assert.equal(outcome.problems.length, 1);
      const { line = 0, column = 0, message } = outcome.problems[0]!;
      const lines = text.split("\n");
      assert.ok(line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1);
      assert.ok(message !== "" && !message.includes("\n"));
    }),
    { numRuns: 3000 },
  );
});
