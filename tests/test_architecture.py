"""The rules of the house that a reader of one file cannot see: who may import whom, sizes, ids, the environment."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from dash.development.base_component import Component

from dashboard.extension import Page
from dashboard.pages import PAGES

ROOT = Path(__file__).parent.parent
LONGEST = 400  # lines of a module
LEAVES = (
    "typing_extensions",
    *(
        f"dashboard.{name}"
        for name in (
            "errors",
            "models",
            "filters",
            "notices",
            "pathspec",
            "privacy",
            "query_text",
            "setting_values",
            "task_query",
            "attempt_query",
        )
    ),
)
DASH = ("dash", "dash_bootstrap_components", "dash_cytoscape")

# Where a module is → what it may import beside the standard library. The first that fits counts.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    r"app": ("dashboard", "dash", "flask"),
    r"dashboard\.(models|errors|filters|notices|pathspec|query_text|task_query|attempt_query|graph)": LEAVES,
    r"dashboard\.(setting_values|settings)": LEAVES,
    r"dashboard\.privacy": (*LEAVES, "re2"),
    r"dashboard\.(official|pasted)": (*LEAVES, "dashboard.official"),
    r"dashboard\.status(\..*)?": (*LEAVES, "dashboard.status", "numpy"),
    r"dashboard\.insight(\..*)?": (
        *LEAVES,
        "dashboard.graph",
        "dashboard.insight",
        "dashboard.run_state.view",
        "dashboard.status",
        "numpy",
    ),
    r"dashboard\.dag(\..*)?": (*LEAVES, "dashboard.dag", "dashboard.graph"),
    r"dashboard\.data(\..*)?": (*LEAVES, "dashboard.data", "dashboard.status", "numpy", "sqlalchemy"),
    r"dashboard\.run_state(\..*)?": (*LEAVES, "dashboard.run_state", "dashboard.data", "dashboard.status", "numpy"),
    r"dashboard\.datastore(\..*)?": (*LEAVES, "dashboard.datastore", "cachetools", "fsspec", "numpy", "re2"),
    r"dashboard\.local(\..*)?": (
        *LEAVES,
        "dashboard.local",
        "dashboard.data",
        "sqlalchemy",
        "platformdirs",
        "psutil",
        "tqdm",
        "watchfiles",
    ),
    r"dashboard\.demo(\..*)?": (
        *LEAVES,
        "dashboard.demo",
        "dashboard.data",
        "dashboard.status",
        "numpy",
        "psutil",
        "sqlalchemy",
        "tqdm",
    ),
    r"dashboard\.source": (
        *LEAVES,
        "dashboard.settings",
        "dashboard.data.schema",
        "dashboard.local",
        "psycopg",
        "sqlalchemy",
    ),
    r"dashboard\.prepare": (
        *LEAVES,
        "dashboard.settings",
        "dashboard.source",
        "dashboard.data",
        "dashboard.local",
        "dashboard.demo",
        "dashboard.stores",
        "sqlalchemy",
    ),
    r"dashboard\.serving": (*LEAVES, "dashboard.settings", "waitress"),
    r"dashboard\.operations(\..*)?": (
        *LEAVES,
        "dashboard.operations",
        "dashboard.data.database",
        "dashboard.services",
        "flask",
        "prometheus_client",
    ),
    r"dashboard\.guard(\..*)?": (
        *LEAVES,
        "dashboard.guard",
        "dashboard.settings",
        "cachetools",
        "flask",
        "werkzeug",
    ),
    r"components\.figures(\..*)?": (
        *LEAVES,
        "components.figures",
        "components.formats",
        "components.theme",
        "numpy",
        "plotly",
    ),
    r"components(\..*)?": (*LEAVES, "components", "markdown_it", *DASH),
    r"dashboard(\..*)?": (
        "dashboard",
        "components",
        *DASH,
        "cachetools",
        "flask",
        "flask_compress",
        "numpy",
        "plotly",
        "tomli",
        "werkzeug",
    ),
    r"plugins\.testing": ("dashboard", "dash", "sqlalchemy"),  # the test kit makes a database of demo data
    r"plugins(\..*)?": ("dashboard", "components", *DASH, "numpy", "plotly"),
}

# Where a module is → what it must not import although the table above lets it. All that fit count.
MUST_NOT_IMPORT: dict[str, tuple[str, ...]] = {
    r"dashboard\.(?!factory$|pages\b).*": ("dashboard.pages",),
    r"dashboard\..*": ("dashboard.factory",),
    r"dashboard\.(?!source$|prepare$|local\b|demo\b).*": ("dashboard.local", "dashboard.demo"),
    r"plugins(?!\.testing$).*": ("dashboard.pages", "dashboard.local", "dashboard.demo"),
    r"dashboard\.pages\.\w+": ("dashboard.pages",),  # pages link to each other by URL
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its dotted name."""
    files = [
        ROOT / "app.py",
        *(file for folder in ("dashboard", "components", "plugins") for file in (ROOT / folder).rglob("*.py")),
    ]
    return {_dotted(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _dotted(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names of what is imported, in functions too; without the standard library."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.split(".")[0] not in sys.stdlib_module_names)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def test_the_program_is_found() -> None:
    assert {"app", "dashboard", "dashboard.settings", "components.formats"} <= set(modules())


def test_imports_go_one_way() -> None:
    wrong = []
    for module, tree in modules().items():
        allowed = next((may for where, may in MAY_IMPORT.items() if re.fullmatch(where, module)), ())
        forbidden = tuple(
            no for where, several in MUST_NOT_IMPORT.items() if re.fullmatch(where, module) for no in several
        )
        wrong += [
            f"{module} imports {name}" for name in imports(tree) if not within(name, allowed) or within(name, forbidden)
        ]
    assert wrong == []


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    files = {module: (ROOT / module.replace(".", "/")) for module in modules()}
    texts = {
        module: (path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py").read_text(
            "utf-8"
        )
        for module, path in files.items()
    }
    assert not {module: lines for module, text in texts.items() if (lines := text.count("\n")) > LONGEST}


def test_every_module_says_what_it_is() -> None:
    assert not [module for module, tree in modules().items() if not ast.get_docstring(tree)]


def test_ids_are_unique_and_kebab_case() -> None:
    found = [
        statement.value.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name == "ids"
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]
    assert found
    assert not [one for one, times in Counter(found).items() if times > 1]
    assert not [one for one in found if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", one)]


def test_only_settings_reads_the_environment() -> None:
    readers = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.environb", "os.getenv"))
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {a.name for a in node.names} & {"environ", "getenv"}
        )
    }
    assert readers == {"dashboard.settings"}


def test_callbacks_belong_to_an_app() -> None:
    """`@dash.callback` is global: a second app in the process would lose its callbacks."""
    wrong = []
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "dash":
                wrong += [module for alias in node.names if alias.name in ("callback", "clientside_callback")]
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("dash.callback", "dash.clientside_callback"):
                wrong.append(module)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_layout_draws_without_arguments_and_takes_any_query(page: Page) -> None:
    """Dash calls it with no arguments to check ids, and hands it every unknown query parameter."""
    kinds = [parameter.kind for parameter in inspect.signature(page.layout).parameters.values()]
    assert inspect.Parameter.VAR_KEYWORD in kinds
    assert isinstance(page.layout(), Component)
    assert isinstance(page.layout(utm_source="mail"), Component)


def test_pages_have_names_and_paths_of_their_own_the_deepest_last() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert len({page.path for page in PAGES}) == len(PAGES)
    variable = [("<" in page.path) for page in PAGES]
    assert variable == sorted(variable), "fixed paths come first: the first match wins"
