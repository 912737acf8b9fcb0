"""The documentation agrees with the code."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import app
from dashboard import VERSION, settings

ROOT = Path(__file__).parent.parent
REQUIREMENTS = [path.name for path in sorted(ROOT.glob("requirements*.txt"))]
DOCUMENTS = sorted([*ROOT.glob("*.md"), ROOT / "plugins" / "README.md", *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pinned(name: str) -> dict[str, str]:
    """Packages of a requirements file with their versions; a line without an exact version fails."""
    lines = [line for line in text(name).splitlines() if line and not line.startswith(("#", "-r "))]
    wanted = [Requirement(line) for line in lines]
    here = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    assert all(str(one.specifier).startswith("==") for one in wanted)
    return {one.name: str(one.specifier).removeprefix("==") for one in here}


def test_the_table_of_settings_is_the_one_that_the_code_prints() -> None:
    documented = [line for line in text("docs/settings.md").splitlines() if line.startswith("|")]
    assert documented == settings.table().splitlines(), "paste what `python -m dashboard.settings` prints"


def test_every_dependency_has_its_sentence() -> None:
    documented = "".join(line for line in text("docs/dependencies.md").splitlines() if line.startswith("|"))
    for package in (package for name in REQUIREMENTS for package in pinned(name)):
        assert re.search(rf"[| ]{re.escape(package)}[,| ]", documented), package


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-s3.txt"])
def test_what_is_pinned_is_what_is_installed(name: str) -> None:
    assert {package: version(package) for package in pinned(name)} == pinned(name)


def test_the_changelog_has_the_version_and_what_is_to_come() -> None:
    headings = re.findall(r"^## (.+)$", text("CHANGELOG.md"), re.MULTILINE)
    assert headings, "a heading for a version or Unreleased"
    assert headings[0] == "Unreleased" or headings[0].startswith(VERSION)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_commands_of_the_documents_are_in_the_makefile(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    commands = set(re.findall(r"\bmake ([a-z-]+)", " ".join(re.findall(r"`[^`]+`|```.*?```", text(name), re.DOTALL))))
    assert commands
    assert commands <= targets


def test_options_of_the_readme_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.main(["--help"])
    shown = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    line = next(line for line in text("README.md").splitlines() if "app.py [SOURCE]" in line)
    assert set(re.findall(r"--[a-z-]+", line)) == shown - {"--help", "--version"}


def test_ci_runs_make_test() -> None:
    assert text(".ci/run").rstrip().endswith("make test")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_files_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"(?<!!)\[[^]]*]\((?!https?://|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_licence_is_apache_2() -> None:
    assert "Apache License" in text("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text("LICENSE")
