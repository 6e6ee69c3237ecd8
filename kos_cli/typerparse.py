"""The option table as Typer parameters.

Typer reads a command's options from a function's signature; `from_table` makes that signature out of the table, so that
an option stands in one place. The function gets the same `Parsed` as from the fast parser.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from .options import FLAG, LIST, Option, Parsed


def from_table(
    options: tuple[Option, ...], *, words: str | None = None, words_help: str = ""
) -> Callable[[Callable[[Parsed], int | None]], Callable[..., None]]:
    """Return a decorator that turns `command(parsed) -> status` into a function whose signature Typer can read.

    words: the metavar of the operands, which arrive as `parsed.words`; None for a command without operands.
    """

    def decorate(command: Callable[[Parsed], int | None]) -> Callable[..., None]:
        def called(**values: Any) -> None:
            operands = list(values.pop("words", None) or [])
            for option in options:
                if option.kind == LIST:
                    values[option.name] = list(values[option.name] or [])
            raise typer.Exit(command(Parsed(values, operands)) or 0)

        parameters = [_parameter(option) for option in options]
        if words is not None:
            annotation = Annotated[list[str] | None, typer.Argument(metavar=words, help=words_help, show_default=False)]
            parameters.append(
                inspect.Parameter("words", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            )
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        called.__name__ = command.__name__
        called.__doc__ = paragraphs(command.__doc__ or "")
        return called

    return decorate


def paragraphs(doc: str) -> str:
    """Return a docstring with each paragraph on one line, so that help breaks the lines and not the source."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(doc).split("\n\n"))


def _parameter(option: Option) -> inspect.Parameter:
    """Return one option as a parameter with Typer's annotation."""
    common: dict[str, Any] = {"help": option.help, "rich_help_panel": option.panel, "show_default": False}
    annotation: Any
    if option.kind == FLAG:
        annotation, default = Annotated[bool, typer.Option(*option.flags, metavar=" ", **common)], False
    elif option.kind == LIST:
        info = typer.Option(*option.flags, metavar=option.metavar, **common)
        annotation, default = Annotated[list[str] | None, info], None
    else:
        info = typer.Option(*option.flags, metavar=option.metavar, **common)
        annotation, default = Annotated[str | None, info], None
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
