"""The OpenAPI document as version 3.0.3, the newest that the Swagger UI on this machine draws.

FastAPI writes JSON Schema 2020-12, as OpenAPI 3.1 wants it; what 3.0 says otherwise is translated here.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from qa.api_replies import ProblemModel

VERSION = "3.0.3"


def install(app: FastAPI) -> None:
    """Give the app its OpenAPI document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version=VERSION
            )
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            schemas[ProblemModel.__name__] = ProblemModel.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which nobody gets
                schemas.pop(name, None)
            for schema in schemas.values():  # docstrings are for who reads the code
                schema.pop("description", None)
            for operation in (o for path in made["paths"].values() for o in path.values()):
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
                for response in operation["responses"].values():
                    if response["description"] == "Successful Response":
                        response["description"] = "成功"
            app.openapi_schema = older(made)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def older(node: Any, named: bool = False) -> Any:
    """A part of an OpenAPI document in the words of 3.0; `named`: its keys are names, not keywords."""
    if isinstance(node, list):
        return [older(item) for item in node]
    if not isinstance(node, dict):
        return node
    if named:
        return {key: older(value) for key, value in node.items()}
    if node.get("type") == "null":
        rest = {key: value for key, value in node.items() if key != "type"}
        return older(rest) | {"type": "string", "enum": [None], "nullable": True}
    if _NULL in (node.get("anyOf") or []):
        return _nullable(node)
    out = {
        key: value if key in ("example", "default", "enum") else older(value, key in ("properties", "schemas", "paths"))
        for key, value in node.items()
    }
    if "const" in out:
        out["enum"] = [out.pop("const")]
    if isinstance(out.get("examples"), list):
        out.pop("examples")
        out.setdefault("example", node["examples"][0])
    return out


_NULL = {"type": "null"}


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    """`anyOf` with null → the rest, nullable."""
    rest = [older(option) for option in node["anyOf"] if option != _NULL]
    others: dict[str, Any] = older({key: value for key, value in node.items() if key != "anyOf"}) | {"nullable": True}
    if len(rest) > 1:
        return others | {"anyOf": rest}
    if "$ref" in rest[0]:
        return others | {"allOf": rest}
    # In 3.0 a list of values that leaves null out forbids it, whatever `nullable` says.
    values = {"enum": [*rest[0]["enum"], None]} if "enum" in rest[0] else {}
    only: dict[str, Any] = rest[0]
    return only | others | values
