"""Small changes of a Python file, one at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# Of these, the order of what they are given decides nothing.
_EITHER_WAY = {"min", "max", "compare_digest"}


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    line: str
    before: str
    after: str
    module: ast.Module

    def __str__(self) -> str:
        return f"`{self.line}`: `{self.before}` becomes `{self.after}`"


def changes(source: str) -> Iterator[Change]:
    """Annotations, docstrings and decorators decide nothing at run time, and stay."""
    module, lines = ast.parse(source), source.splitlines()
    for parent, field, index, node in _places(module):
        for after in _instead_of(node):
            number = getattr(node, "lineno", 1)
            line = lines[number - 1].strip()
            yield Change(number, line, _short(node), _short(after), _with(module, parent, field, index, after))


type _Place = tuple[ast.AST, str, int | None, ast.AST]


def _places(node: ast.AST) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_docstring(child):
                continue
            yield node, field, index, child
            yield from _places(child)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _instead_of(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, ops, comparators):
            for position, op in enumerate(ops):
                for other in _COMPARISONS[type(op)]:
                    yield ast.Compare(left, [*ops[:position], other(), *ops[position + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
            for position in range(len(values)):
                rest = values[:position] + values[position + 1 :]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(op)](), right)
        case ast.IfExp(_, body, orelse):
            yield body
            yield orelse
        case ast.Constant(value):
            yield from (ast.Constant(other) for other in _constants(value))
        case ast.Call(function, args, keywords):
            yield from _calls(function, args, keywords)
        case _:
            yield from _statements(node)


def _constants(value: object) -> Iterator[bool | int | float | str | bytes]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
            yield value - 1
        case str():
            yield value + "x" if value else "x"
        case bytes():
            yield value + b"x"


def _calls(function: ast.expr, args: list[ast.expr], keywords: list[ast.keyword]) -> Iterator[ast.AST]:
    if len(args) > 1 and getattr(function, "id", getattr(function, "attr", "")) not in _EITHER_WAY:
        yield ast.Call(function, [args[1], args[0], *args[2:]], keywords)
    for position in range(len(keywords)):
        yield ast.Call(function, args, keywords[:position] + keywords[position + 1 :])
    if isinstance(function, ast.Attribute) and not isinstance(function.value, ast.Name) and not keywords:
        yield function.value


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(test, body, orelse) | ast.While(test, body, orelse):
            yield type(node)(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Raise() | ast.Expr() | ast.AugAssign() | ast.Continue():
            yield ast.Pass()
        case ast.Return(value) if value is not None:
            yield ast.Return(ast.Constant(None))
        case ast.ExceptHandler(ast.Tuple(types), name, body):
            for position in range(len(types)):
                fewer = ast.Tuple(types[:position] + types[position + 1 :], ast.Load())
                yield ast.ExceptHandler(fewer, name, body)


def _with(module: ast.Module, parent: ast.AST, field: str, index: int | None, after: ast.AST) -> ast.Module:
    before = getattr(parent, field)
    if index is None:
        setattr(parent, field, after)
    else:
        setattr(parent, field, [*before[:index], after, *before[index + 1 :]])
    changed = copy.deepcopy(module)
    setattr(parent, field, before)
    return ast.fix_missing_locations(changed)


def _short(node: ast.AST) -> str:
    """The first line is enough to find it, and a body would hide it."""
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0]
