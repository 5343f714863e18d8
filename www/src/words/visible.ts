/**
 * Finds text that a person could read or hear in source code: the test beside it lets none stand outside of words/.
 * It goes by where a literal stands (in JSX, in a property that becomes visible) and by how it looks (a sentence, a
 * capitalised word); what a program alone reads looks otherwise in this code.
 */
import { parseAst } from "vite";

export interface Found {
  line: number;
  text: string;
  why: string;
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

/** Attributes and properties of components and of objects that end up on the screen or in a screen reader. */
const VISIBLE =
  /^(title|label|placeholder|alt|name|text|note|missing|hint|help|caption|below|picture|unit|rest|news|summary|keys)$|^aria-(label|roledescription|valuetext|description|placeholder)$/;
/** Attributes that only the browser and the style sheets read. */
const SILENT = /^(class|style|d|viewBox|transform|id|key|type|role|href|src|for|accept|step|inputMode|points)$/;
/** Of object literals the same, without what also names workers. */
const VISIBLE_PROPERTY = /^(title|label|placeholder|alt|text|hint|help|caption|summary)$/;

const LETTERS = /\p{L}/u;
/** Stands for a value in a template. */
const VALUE = "…";
/** "Stopped.", "Pruning", "Opening …": no identifier of this code begins so. */
const CAPITALISED = /^\p{Lu}\p{Ll}+/u;
/** "no probability", "12 images were pasted": words with blanks between them. */
const PHRASE = /(^|\s|…)\p{L}{2,}[,;:]? (\p{L}{2,}|…)/u;

export function visibleText(code: string, jsx: boolean): Found[] {
  const found: Found[] = [];
  const report = (node: Node, text: string, why: string) => {
    const line = code.slice(0, node.start).split("\n").length;
    found.push({ line, text: text.trim().replace(/\s+/g, " "), why });
  };
  walk(parseAst(code, { lang: jsx ? "tsx" : "ts" }) as unknown as Node, "code", report);
  return found;
}

/** Where a literal stands: what is shown, what is never shown, and everything else. */
type Place = "shown" | "silent" | "code";

function walk(node: unknown, place: Place, report: (node: Node, text: string, why: string) => void): void {
  if (Array.isArray(node)) {
    for (const it of node) walk(it, place, report);
    return;
  }
  if (!isNode(node)) return;
  const into = (child: unknown, as: Place = place) => walk(child, as, report);
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSTypeAnnotation":
    case "TSTypeParameterInstantiation":
      return;
    case "SwitchCase":
      into(node.consequent, "code");
      return;
    case "JSXText":
      if (LETTERS.test(String(node.value))) report(node, String(node.value), "text of an element");
      return;
    case "JSXAttribute": {
      const name = String((node.name as Node).name);
      into(node.value, VISIBLE.test(name) ? "shown" : SILENT.test(name) ? "silent" : "code");
      return;
    }
    case "JSXElement":
      into((node.openingElement as Node).attributes, "code");
      into(node.children, "shown");
      return;
    case "JSXFragment":
      into(node.children, "shown");
      return;
    case "Property": {
      const key = node.key as Node;
      into(node.computed ? key : null, "code");
      into(node.value, VISIBLE_PROPERTY.test(String(key.name ?? key.value)) ? "shown" : leave(place));
      return;
    }
    case "Literal":
      if (typeof node.value === "string") judge(node, node.value, place, report);
      return;
    case "TemplateLiteral":
      judge(node, templateText(node), place, report);
      into(node.expressions, place);
      return;
    case "ConditionalExpression":
      into(node.test, "code");
      into(node.consequent);
      into(node.alternate);
      return;
    case "LogicalExpression":
      into(node.left, node.operator === "&&" ? "code" : place);
      into(node.right);
      return;
    case "BinaryExpression":
      // What is compared is not shown.
      if (/[=<>]|^in/.test(String(node.operator))) {
        if (!isLiteral(node.left)) into(node.left, "code");
        if (!isLiteral(node.right)) into(node.right, "code");
      } else {
        into(node.left);
        into(node.right);
      }
      return;
    case "JSXExpressionContainer":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
    case "ArrayExpression":
      into(node.expression ?? node.elements);
      return;
    default:
      // Beyond a call or a function the place says nothing about the value.
      for (const [key, child] of Object.entries(node)) {
        if (typeof child === "object" && key !== "typeAnnotation" && key !== "returnType") into(child, leave(place));
      }
  }
}

const leave = (place: Place): Place => (place === "silent" ? "silent" : "code");

function isNode(it: unknown): it is Node {
  return typeof it === "object" && it !== null && typeof (it as Node).type === "string";
}

function isLiteral(it: unknown): boolean {
  return isNode(it) && it.type === "Literal";
}

function templateText(node: Node): string {
  const quasis = node.quasis as { value: { cooked: string } }[];
  return quasis.map((it) => it.value.cooked).join(VALUE);
}

function judge(node: Node, text: string, place: Place, report: (node: Node, text: string, why: string) => void): void {
  if (place === "silent") return;
  if (place === "shown" && LETTERS.test(text)) report(node, text, "is shown");
  else if (CAPITALISED.test(text)) report(node, text, "looks like a word");
  else if (PHRASE.test(text)) report(node, text, "looks like words");
}
