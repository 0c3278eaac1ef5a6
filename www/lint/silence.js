// No error is lost without a word. A handler that ignores the error that it gets says why in a comment; whoever
// takes messages also hears of those that could not be read, and whoever starts a worker hears when that fails.

/** Whether a node, or what is in it, speaks of a variable of this name. */
function mentions(node, name, keys) {
  if (node.type === "Identifier" && node.name === name) return true;
  return (keys[node.type] ?? []).some((key) => [node[key]].flat().some((child) => child && mentions(child, name, keys)));
}

const isFunction = (node) => node?.type === "ArrowFunctionExpression" || node?.type === "FunctionExpression";

const handler = {
  meta: { messages: { silent: "an error is ignored here: tell of it, or say in a comment why silence is right" } },
  create(context) {
    const { sourceCode } = context;
    const keys = sourceCode.visitorKeys;
    /** A comment in the lines of the handler, or right above them. */
    const isExplained = ({ loc }) =>
      sourceCode.getAllComments().some(({ loc: at }) => at.end.line >= loc.start.line - 1 && at.start.line <= loc.end.line);
    /** An error that is taken apart, as by a pattern, is looked at. */
    const looksAt = (error, body) => error && (error.type !== "Identifier" || mentions(body, error.name, keys));
    const check = (node, error, body) => {
      if (!looksAt(error, body) && !isExplained(node)) context.report({ node, messageId: "silent" });
    };
    return {
      CatchClause: (node) => check(node, node.param, node.body),
      CallExpression({ callee, arguments: given }) {
        const method = callee.type === "MemberExpression" && !callee.computed ? callee.property.name : "";
        const refused = method === "catch" ? given[0] : method === "then" ? given[1] : undefined;
        if (isFunction(refused)) check(refused, refused.params[0], refused.body);
        if (method === "allSettled" && !isExplained(callee)) context.report({ node: callee, messageId: "silent" });
      },
    };
  },
};

/** Whether a call listens for an event of this name. */
const listensFor = (node, name) =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  node.callee.property.name === "addEventListener" &&
  node.arguments[0]?.value === name;

const messages = {
  meta: {
    messages: {
      unread: "messages are taken here, and nothing in this file hears of a `messageerror`",
      failed: "a worker is started here, and nothing in this file hears of its `error`",
    },
  },
  create(context) {
    const takes = [];
    const starts = [];
    const heard = new Set();
    return {
      AssignmentExpression(node) {
        if (node.left.type !== "MemberExpression") return;
        const { name } = node.left.property;
        if (name === "onmessage") takes.push(node);
        if (name?.startsWith("on")) heard.add(name.slice(2));
      },
      CallExpression(node) {
        if (listensFor(node, "message")) takes.push(node);
        for (const name of ["error", "messageerror"]) if (listensFor(node, name)) heard.add(name);
        // The helper of src/errors.ts.
        if (node.callee.name === "hearUnread") heard.add("messageerror");
      },
      NewExpression(node) {
        if (node.callee.name === "Worker") starts.push(node);
      },
      "Program:exit"() {
        if (!heard.has("messageerror")) for (const node of takes) context.report({ node, messageId: "unread" });
        if (!heard.has("error")) for (const node of starts) context.report({ node, messageId: "failed" });
      },
    };
  },
};

/** Templates name a listener behind `@event=`; what it promises is awaited by nobody. */
const listeners = {
  meta: { messages: { lost: "nobody awaits this listener: an error in it is lost; use `detach`" } },
  create(context) {
    const isAsync = (node) => isFunction(node) && node.async;
    /** The async methods and functions of the file, by their names. */
    const named = new Map();
    const used = [];
    const remember = ({ key, id, value, init }) => named.set((key ?? id)?.name, isAsync(value ?? init));
    return {
      MethodDefinition: remember,
      PropertyDefinition: remember,
      VariableDeclarator: remember,
      TemplateLiteral({ quasis, expressions }) {
        expressions.forEach((expression, at) => {
          if (/@[\w-]+=$/.test(quasis[at].value.raw)) used.push(expression);
        });
      },
      "Program:exit"() {
        const isLost = (node) => {
          if (isFunction(node)) return node.async;
          return named.get(node.type === "MemberExpression" ? node.property.name : node.name) ?? false;
        };
        for (const node of used.filter(isLost)) context.report({ node, messageId: "lost" });
      },
    };
  },
};

export default { meta: { name: "silence" }, rules: { handler, listeners, messages } };
